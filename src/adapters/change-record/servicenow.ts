import * as z from 'zod';
import { marksIn } from '../../domain/change-record/notes.ts';
import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import { asEndpoint } from '../../plan/endpoint.ts';
import type { ChangeEnd, ChangeRecord, ChangeStage, ChangeUpdate, ChangeWindow } from '../../ports/change-records.ts';
import { onlyOf, openTicketApi, readAs } from './api.ts';
import { changeFailure } from './failure.ts';
import type { ChangeSystem } from './system.ts';

/**
 * ServiceNow by its Table API (`/api/now/table/change_request`, servicenow.com/docs, "Table API"). What each field means stands in
 * docs/change-record.md.
 */

type Settings = Extract<ChangeRecordSettings, { readonly kind: 'servicenow' }>;

const SYSTEM = 'servicenow';
const TABLE = '/api/now/table/change_request';
const FIELDS = 'sys_id,number,correlation_id,state,approval,start_date,end_date';
/** Values and not what people are shown; dates go in and out in UTC (ServiceNow KB0534905). */
const RAW = 'sysparm_display_value=false&sysparm_exclude_reference_link=true&sysparm_input_display_value=false';

const rowSchema = z.looseObject({
  sys_id: z.string().min(1),
  number: z.string().min(1),
  correlation_id: z.string().default(''),
  state: z.coerce.string(),
  approval: z.string().default(''),
  start_date: z.string().default(''),
  end_date: z.string().default(''),
});
const oneSchema = z.looseObject({ result: rowSchema });
const manySchema = z.looseObject({ result: z.array(rowSchema) });
const journalSchema = z.looseObject({ result: z.array(z.looseObject({ value: z.string() })) });

/** `close_code` of the base system. */
const CLOSE_CODES: Readonly<Record<ChangeEnd['outcome'], string>> = {
  successful: 'successful',
  'successful-with-issues': 'successful_issues',
  unsuccessful: 'unsuccessful',
};

export const servicenow: ChangeSystem<Settings> = {
  open(settings, ground) {
    const endpoint = asEndpoint(settings.api);
    const access = { system: SYSTEM, endpoint, fetch: ground.fetchOf(endpoint) };
    const api = openTicketApi({ ...access, timeout: ground.timeout, env: ground.env });
    const shown = (row: z.infer<typeof rowSchema>) => recordOf(row, settings, endpoint.url);
    return {
      system: SYSTEM,
      async find(correlation) {
        const query = encodeURIComponent(`correlation_id=${correlation}^ORDERBYsys_created_on^ORDERBYnumber`);
        const path = `${TABLE}?sysparm_query=${query}&sysparm_fields=${FIELDS}&sysparm_limit=20&${RAW}`;
        const { result } = readAs(SYSTEM, manySchema, await api.call('GET', path));
        const own = onlyOf(SYSTEM, correlation, result, (row) => ({ number: row.number, ids: [row.correlation_id] }));
        return own.map(shown);
      },
      async create({ correlation, title, description, window }) {
        const answer = await api.call('POST', `${TABLE}?sysparm_fields=${FIELDS}&${RAW}`, {
          type: 'normal',
          ...settings.fields,
          short_description: title,
          description,
          correlation_id: correlation,
          correlation_display: 'relctl',
          ...dates(window),
        });
        return shown(readAs(SYSTEM, oneSchema, answer).result);
      },
      async marks({ key }) {
        const query = encodeURIComponent(`element_id=${key}^element=work_notes^valueLIKE[relctl `);
        const path = `/api/now/table/sys_journal_field?sysparm_query=${query}&sysparm_fields=value&sysparm_limit=1000`;
        const answer = await api.tryGet(path);
        if (answer === undefined) return undefined;
        return new Set(readAs(SYSTEM, journalSchema, answer).result.flatMap(({ value }) => marksIn(value)));
      },
      async update(record, change) {
        const answer = await api.call(
          'PATCH',
          `${TABLE}/${encodeURIComponent(record.key)}?sysparm_fields=${FIELDS}&${RAW}`,
          bodyOf(change, settings),
        );
        const now = shown(readAs(SYSTEM, oneSchema, answer).result);
        requireTaken(change, now);
        return now;
      },
    };
  },
};

function bodyOf(change: ChangeUpdate, settings: Settings): Readonly<Record<string, string>> {
  const { stage, window, description, note, end } = change;
  return {
    ...(stage === undefined || stage === 'planned' ? {} : { state: settings.states[stage] }),
    ...(window === undefined ? {} : dates(window)),
    ...(description === undefined ? {} : { description }),
    ...(note === undefined ? {} : { work_notes: note }),
    ...(end === undefined ? {} : { close_code: CLOSE_CODES[end.outcome], close_notes: end.notes }),
  };
}

/** A business rule may keep a state as it was and answer 200 all the same. */
function requireTaken({ stage, window }: ChangeUpdate, now: ChangeRecord): void {
  if (stage !== undefined && stage !== 'planned' && now.stage !== stage) {
    throw changeFailure(SYSTEM, `it answered with success and left ${now.number} at ${now.stage}, not ${stage}`, {
      refused: true,
    });
  }
  if (window !== undefined && (now.window?.start !== window.start || now.window.end !== window.end)) {
    throw changeFailure(SYSTEM, `it answered with success and did not take the window for ${now.number}`, {
      refused: true,
    });
  }
}

function recordOf(row: z.infer<typeof rowSchema>, { states }: Settings, base: string): ChangeRecord {
  const start = readDate(row.start_date);
  const end = readDate(row.end_date);
  const named = (Object.entries(states) as [Exclude<ChangeStage, 'planned'>, string][]).find(
    ([, value]) => value === row.state,
  );
  return {
    key: row.sys_id,
    number: row.number,
    url: `${base.replace(/\/+$/, '')}/nav_to.do?uri=change_request.do%3Fsys_id%3D${encodeURIComponent(row.sys_id)}`,
    stage: named?.[0] ?? 'planned',
    decision: row.approval === 'approved' || row.approval === 'rejected' ? row.approval : 'pending',
    window: start === undefined || end === undefined ? undefined : { start, end },
  };
}

/** `yyyy-MM-dd HH:mm:ss` in UTC. */
function dates({ start, end }: ChangeWindow): { readonly start_date: string; readonly end_date: string } {
  const written = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return { start_date: written(start), end_date: written(end) };
}

function readDate(text: string): number | undefined {
  const at = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(at) ? undefined : at;
}
