import * as z from 'zod';
import { durationSeconds } from '../../plan/duration.ts';
import type { IncidentSettings } from '../../plan/incidents.ts';
import type { FoundIncident, Incidents } from '../../ports/incidents.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { parseJson } from '../http/json.ts';
import { sayRefusal } from '../http/refusal.ts';
import { noData } from '../prometheus/api.ts';
import type { IncidentGround } from './ground.ts';

/**
 * PagerDuty by its REST API v2 (developer.pagerduty.com, "List incidents"): `status` is triggered, acknowledged or resolved; the name of `priority` is
 * P1 to P5 in the scheme that PagerDuty proposes; without one, `urgency` is high or low. `since` and `until` are about `created_at`.
 */

type Settings = Extract<IncidentSettings, { readonly kind: 'pagerduty' }>;

const pageSchema = z.object({
  more: z.boolean().default(false),
  incidents: z.array(
    z.object({
      incident_number: z.int(),
      title: z.string(),
      status: z.string(),
      urgency: z.string().default('high'),
      priority: z.object({ summary: z.string() }).nullish(),
      html_url: z.string(),
    }),
  ),
});

const PAGE = 100;
const PAGES = 20;

/** Incidents of some services of PagerDuty. */
export function pagerDuty({ services, tokenFrom, api, timeout }: Settings, ground: IncidentGround): Incidents {
  const { host } = new URL(api.url);
  const send = ground.fetchOf(api);
  return {
    system: 'pagerduty',
    async opened({ from, to }) {
      const token = ground.env[tokenFrom];
      if (token === undefined || token === '')
        return noData('error', `the environment variable ${tokenFrom} is not set`);
      const found: FoundIncident[] = [];
      for (let page = 0; page < PAGES; page += 1) {
        const query = new URLSearchParams({
          since: new Date(from).toISOString(),
          until: new Date(to).toISOString(),
          limit: String(PAGE),
          offset: String(page * PAGE),
          sort_by: 'created_at:asc',
        });
        for (const service of services) query.append('service_ids[]', service);
        const answer = await boundedFetch(
          `${api.url.replace(/\/+$/, '')}/incidents?${query}`,
          { method: 'GET', headers: { accept: 'application/json', authorization: `Token token=${token}` } },
          { timeout: durationSeconds(timeout) * 1000, maxBytes: 8 << 20, fetch: send },
        );
        if (!answer.ok)
          return noData(answer.reason === 'too-large' ? 'error' : answer.reason, `${host}: ${answer.detail}`);
        if (answer.status !== 200) return noData('error', `${host} ${sayRefusal(answer)}`);
        const read = pageSchema.safeParse(parseJson(answer.body));
        if (!read.success) return noData('error', `${host} does not answer as PagerDuty does`);
        found.push(...read.data.incidents.map(incidentOf));
        if (!read.data.more) return { ok: true, value: found };
      }
      return noData('error', `there are more than ${PAGES * PAGE} incidents in the span`);
    },
  };
}

function incidentOf(one: z.infer<typeof pageSchema>['incidents'][number]): FoundIncident {
  const level = /^P([1-5])$/i.exec(one.priority?.summary.trim() ?? '')?.[1];
  return {
    ref: one.html_url,
    title: `#${one.incident_number} ${one.title}`,
    // A priority of another scheme says nothing that could be compared, so the urgency decides.
    severity: level === undefined ? (one.urgency === 'low' ? 4 : 2) : Number(level),
    isOpen: one.status !== 'resolved',
  };
}
