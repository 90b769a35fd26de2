import { join } from 'node:path';
import type { PrometheusServer } from '../../cluster/prometheus.ts';
import type { TestServer } from '../../support/http-server.ts';
import { PEOPLE } from './company.ts';
import { DAY } from './long-history.ts';

/** What lies in the repository of the release that goes from its plan to its closing. */

/** The alert that is new with the release; it is quiet. */
export const RULES = `groups:
  - name: greeting
    interval: 1s
    rules:
      - { alert: GreetingLost, expr: 'vector(0) > 0', labels: { severity: critical } }
`;
/** What the plan calls the drill of GreetingLost: it makes the rule true and has Prometheus read it. */
export const DRILL = `import { readFileSync, writeFileSync } from 'node:fs';
const [file, url] = process.argv.slice(2);
writeFileSync(file, readFileSync(file, 'utf8').replace('vector(0)', 'vector(1)'));
const { ok } = await fetch(url + '/-/reload', { method: 'POST' });
process.exitCode = ok ? 0 : 1;
`;
/** A report of one test, with what made it fail. */
export const junit = (failure: string) =>
  `<testsuite name="greets"><testcase classname="greets" name="in English">${failure}</testcase></testsuite>`;

/** A CSV file of days around `now` (milliseconds since the epoch): 45 signups each. */
export function signups(now: number): string {
  const days = Array.from({ length: 24 }, (_, index) => new Date(now + (index - 14) * DAY).toISOString().slice(0, 10));
  return ['day,count', ...days.map((day) => `${day},45`), ''].join('\n');
}

/** What the R&D Lead writes into the plan that was drafted. */
export function whatPeopleWrite(staging: PrometheusServer, web: TestServer): Record<string, unknown> {
  const series = 'http_requests_total{service="web"}';
  const owner = PEOPLE.pm;
  return {
    rollback: { owner: PEOPLE.ops, triggers: ['errors'], steps: ['relctl rollback'], expectedMinutes: 5 },
    resources: [{ name: 'Phrase book', object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'phrases' } }],
    alerts: [
      {
        name: 'GreetingLost',
        severity: 'critical',
        drill: ['node', 'hooks/drill.mjs', join(staging.folder, 'rules.yml'), staging.url],
      },
    ],
    slos: [
      {
        name: 'availability',
        service: 'web',
        objective: '99%',
        good: series.replace('}', ',code!~"5.."}'),
        total: series,
      },
    ],
    canary: {
      strategy: 'shared-service',
      share: '10%',
      bake: '15s',
      extension: '45s',
      look: '2s',
      // A busy machine sends fewer requests than it was asked for.
      detectableRatio: 40,
    },
    testPlan: { regression: { mandatorySuites: ['greets'] }, feature: [{ id: 'T-1', title: 'greets' }] },
    smokeTests: [{ name: 'health', http: { url: `${web.url}/healthz`, json: [{ pointer: '/status', equals: 'up' }] } }],
    successMetrics: [
      { name: 'greetings', query: 'greetings_a_day', direction: 'up', target: 120, guardrail: 50, owner },
      {
        name: 'orders',
        source: {
          kind: 'sql',
          connectionFrom: 'SHOP_DATABASE',
          query: 'SELECT count(*) FROM orders WHERE placed_at >= $1 AND placed_at < $2',
        },
        direction: 'up',
        target: 160,
        owner,
      },
      {
        name: 'signups',
        source: { kind: 'csv', file: 'signups.csv', column: 'count', dayColumn: 'day' },
        direction: 'up',
        target: 40,
        owner,
      },
    ],
    impact: { summary: 'says hello' },
    security: { review: 'not-needed', notes: 'a greeting' },
    risk: { level: 'low' },
  };
}
