import * as z from 'zod';
import { markOf, marksIn } from '../../domain/change-record/notes.ts';
import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import { sha256 } from '../../plan/digest.ts';
import { asEndpoint } from '../../plan/endpoint.ts';
import type { ChangeEnd, ChangeRecord, ChangeStage, ChangeUpdate, ChangeWindow } from '../../ports/change-records.ts';
import { onlyOf, openTicketApi, readAs, type TicketApi } from './api.ts';
import { changeFailure } from './failure.ts';
import type { ChangeSystem } from './system.ts';

/**
 * Jira Service Management by the Jira platform API (version 2, whose texts are plain) and its own API for notes and approvals
 * (developer.atlassian.com). What each field means stands in docs/change-record.md.
 */

type Settings = Extract<ChangeRecordSettings, { readonly kind: 'jira' }>;

const SYSTEM = 'jira';

const issueSchema = z.looseObject({
  id: z.string().min(1),
  key: z.string().min(1),
  fields: z.looseObject({ status: z.looseObject({ name: z.string() }) }),
});
type Issue = z.infer<typeof issueSchema>;
const foundSchema = z.looseObject({ issues: z.array(issueSchema) });
const createdSchema = z.looseObject({ id: z.string(), key: z.string() });
const commentsSchema = z.looseObject({ comments: z.array(z.looseObject({ body: z.string() })) });
const approvalsSchema = z.looseObject({ values: z.array(z.looseObject({ finalDecision: z.string() })) });
const transitionsSchema = z.looseObject({
  transitions: z.array(z.looseObject({ id: z.string(), to: z.looseObject({ name: z.string() }) })),
});

function labelsOf({ fields }: Issue): readonly string[] {
  const { labels } = fields as { readonly labels?: unknown };
  return Array.isArray(labels) ? labels.filter((one) => typeof one === 'string') : [];
}

export const jira: ChangeSystem<Settings> = {
  open(settings, ground) {
    const endpoint = asEndpoint(settings.api);
    const access = { system: SYSTEM, endpoint, fetch: ground.fetchOf(endpoint) };
    const api = openTicketApi({ ...access, timeout: ground.timeout, env: ground.env });
    const base = endpoint.url.replace(/\/+$/, '');
    const fields = `status,created,labels,${settings.plannedStart},${settings.plannedEnd}`;
    const shown = (issue: Issue) => recordOf(api, issue, settings, base);
    const read = async (key: string): Promise<Issue | undefined> => {
      const answer = await api.tryGet(`/rest/api/2/issue/${encodeURIComponent(key)}?fields=${fields}`);
      return answer === undefined ? undefined : readAs(SYSTEM, issueSchema, answer);
    };
    const reread = async (key: string): Promise<ChangeRecord> => {
      const issue = await read(key);
      if (issue === undefined) throw changeFailure(SYSTEM, `${key} cannot be read`, { refused: false });
      return shown(issue);
    };
    const marks = async (key: string) => {
      const path = `/rest/api/2/issue/${encodeURIComponent(key)}/comment?maxResults=1000&orderBy=-created`;
      const answer = await api.tryGet(path);
      if (answer === undefined) return undefined;
      return new Set(readAs(SYSTEM, commentsSchema, answer).comments.flatMap(({ body }) => marksIn(body)));
    };
    return {
      system: SYSTEM,
      async find(correlation, known) {
        const jql = `project = "${settings.project}" AND labels = "${correlation}" ORDER BY created ASC`;
        const path = settings.edition === 'cloud' ? '/rest/api/2/search/jql' : '/rest/api/2/search';
        const query = `jql=${encodeURIComponent(jql)}&fields=${fields}&maxResults=20`;
        const found = readAs(SYSTEM, foundSchema, await api.call('GET', `${path}?${query}`)).issues;
        const issues = onlyOf(SYSTEM, correlation, found, (one) => ({ number: one.key, ids: labelsOf(one) }));
        // A search of Jira Cloud shows what was just created only after a while.
        const asked = known !== undefined && issues.every((one) => one.key !== known) ? await read(known) : undefined;
        // That it is linked in the plan is a claim: what bears another release's label, or none, is somebody else's change.
        const missing = asked !== undefined && labelsOf(asked).includes(correlation) ? [asked] : [];
        return Promise.all([...issues, ...missing].map(shown));
      },
      async create({ correlation, title, description, window }) {
        const answer = await api.call('POST', '/rest/api/2/issue', {
          fields: {
            ...settings.fields,
            project: { key: settings.project },
            issuetype: { name: settings.issueType },
            summary: title,
            description,
            labels: [correlation],
            ...dates(window, settings),
          },
        });
        return reread(readAs(SYSTEM, createdSchema, answer).key);
      },
      marks: ({ key }) => marks(key),
      async update(record, { end, ...change }) {
        // An issue has no field for how it ended, so that is a note, with a mark as the others have.
        const mark = end === undefined ? '' : markOf(sha256(end.notes).slice(0, 32));
        const isSaid = end === undefined || (await marks(record.key))?.has(mark) === true;
        await write(api, record, isSaid ? change : { ...change, note: `${end.notes} ${mark}` }, settings, end?.outcome);
        return reread(record.key);
      },
    };
  },
};

/** The note first: it has a mark, so it is not written twice where a later call is lost. */
async function write(
  api: TicketApi,
  record: ChangeRecord,
  change: ChangeUpdate,
  settings: Settings,
  outcome: ChangeEnd['outcome'] | undefined,
): Promise<void> {
  const path = `/rest/api/2/issue/${encodeURIComponent(record.key)}`;
  if (change.note !== undefined) {
    const request = `/rest/servicedeskapi/request/${encodeURIComponent(record.key)}/comment`;
    await api.call('POST', request, { body: change.note, public: false });
  }
  const { window, description } = change;
  if (window !== undefined || description !== undefined) {
    const texts = description === undefined ? {} : { description };
    await api.call('PUT', path, { fields: { ...texts, ...(window === undefined ? {} : dates(window, settings)) } });
  }
  const status = statusOf(change.stage, outcome, settings);
  if (status === undefined) return;
  const { transitions } = readAs(SYSTEM, transitionsSchema, await api.call('GET', `${path}/transitions`));
  const way = transitions.find(({ to }) => sameName(to.name, status));
  if (way === undefined) {
    const ways = transitions.map(({ to }) => to.name).join(', ') || 'nowhere';
    throw changeFailure(SYSTEM, `no transition leads ${record.number} to "${status}"; it can go to: ${ways}`, {
      refused: true,
    });
  }
  await api.call('POST', `${path}/transitions`, { transition: { id: way.id } });
}

function statusOf(
  stage: ChangeStage | undefined,
  outcome: ChangeEnd['outcome'] | undefined,
  { statuses }: Settings,
): string | undefined {
  if (stage === undefined || stage === 'planned') return undefined;
  return stage === 'closed' && outcome === 'unsuccessful' ? statuses.failed : statuses[stage];
}

async function recordOf(api: TicketApi, issue: Issue, settings: Settings, base: string): Promise<ChangeRecord> {
  const start = readDate(issue.fields[settings.plannedStart]);
  const end = readDate(issue.fields[settings.plannedEnd]);
  return {
    key: issue.key,
    number: issue.key,
    url: `${base}/browse/${encodeURIComponent(issue.key)}`,
    stage: stageOf(issue.fields.status.name, settings),
    decision: await decisionOf(api, issue.key),
    window: start === undefined || end === undefined ? undefined : { start, end },
  };
}

function stageOf(name: string, { statuses }: Settings): ChangeStage {
  const { failed, ...stages } = statuses;
  if (sameName(name, failed)) return 'closed';
  const named = (Object.entries(stages) as [Exclude<ChangeStage, 'planned'>, string | undefined][]).find(
    ([, status]) => status !== undefined && sameName(name, status),
  );
  return named?.[0] ?? 'planned';
}

/** Every approval that was asked for has to be given; where none was asked for, nobody approved anything. */
async function decisionOf(api: TicketApi, key: string): Promise<ChangeRecord['decision']> {
  const answer = await api.tryGet(`/rest/servicedeskapi/request/${encodeURIComponent(key)}/approval?limit=50`);
  if (answer === undefined) return 'pending';
  const decisions = readAs(SYSTEM, approvalsSchema, answer).values.map((one) => one.finalDecision.toLowerCase());
  if (decisions.includes('declined')) return 'rejected';
  return decisions.length > 0 && decisions.every((one) => one === 'approved') ? 'approved' : 'pending';
}

function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

function dates({ start, end }: ChangeWindow, { plannedStart, plannedEnd }: Settings): Readonly<Record<string, string>> {
  const written = (at: number) => new Date(at).toISOString().replace('Z', '+0000');
  return { [plannedStart]: written(start), [plannedEnd]: written(end) };
}

function readDate(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
