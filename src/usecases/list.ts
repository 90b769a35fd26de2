import { isSummary, mattersMore, type ReleaseSummary, type UnreadablePlan } from '../domain/history/release-summary.ts';
import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { PHASES } from '../domain/process/phases.ts';
import { wallWindow } from '../domain/schedule/calendar.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { nearest } from '../text/nearest.ts';
import { plural } from '../text/plural.ts';
import type { ReadingContext } from './release/context.ts';
import { type GonePlan, unreviewedGone } from './signing/gone-plans.ts';
import { type LookedAtRelease, type LookingContext, lookAtRelease, modesOf, thoseSigned } from './signing/look.ts';
import { readAhead } from './signing/read-ahead.ts';

/** Which releases are listed; all when nothing is named. */
export interface ListFilter {
  readonly phases: readonly string[];
  readonly services?: readonly string[];
}

/** Of so many releases the signatures are examined: each takes ssh-keygen a few times; `relctl audit --all` examines all. */
const EXAMINED = 40;

/** So many plans are read in whole, once each: less than a second of work, and more than a team has at work at a time. */
const READ_WHOLE = 100;

/**
 * All releases with their phase and window, the next window first. Plans that cannot be read are named with why, and then it
 * ends as an invalid plan does; so it does where one was deleted with what was signed of it, and nobody reviewed that. Of very many plans the older ones are read only as far as the list shows them, which is said.
 * @throws RelctlError `usage.bad-flag` for a phase, or a service, that there is not
 */
export async function list(
  context: LookingContext & Pick<ReadingContext, 'records' | 'config'>,
  filter: ListFilter,
): Promise<Outcome> {
  refuseUnknown('phase', filter.phases, PHASES);
  const { entries, headOnly } = await context.store.survey(READ_WHOLE);
  const released = entries.flatMap((entry) => (isSummary(entry) ? entry.services : []));
  refuseUnknown('service', filter.services ?? [], [...new Set([...Object.keys(context.config.services), ...released])]);
  const gone = await unreviewedGone(context);
  const unreadable = entries.flatMap((entry) => (isSummary(entry) ? [] : [entry]));
  const shown = (await examined(context, entries.filter(isSummary).sort(mattersMore)))
    .filter((one) => matches(one, filter))
    .sort((a, b) => b.span.start - a.span.start || (a.id < b.id ? -1 : 1));
  const zones = new Set(shown.map(({ window }) => window.timeZone));
  // A zone that all share stands once, above the table.
  const [zone] = zones.size === 1 ? zones : [];
  const broken = [
    ...(unreadable.length === 0 ? [] : [`; ${unreadable.length} cannot be read`]),
    ...(gone.length === 0 ? [] : [`; ${gone.length} deleted`]),
  ].join('');
  return {
    result: broken === '' ? 'done' : 'usage',
    headline: `${plural(shown.length, 'release')}${zone === undefined ? '' : `, windows in ${zone}`}${broken}`,
    blocks: [
      {
        kind: 'table',
        columns: ['release', 'phase', 'approvals', 'window', 'services', 'feature'],
        rows: shown.map((one) => [
          ...[one.id, one.claimed ? `${one.phase}, claimed` : one.phase, one.approvals],
          ...[zone === undefined ? one.windowText : wallWindow(one.window), one.services.join(', '), one.feature],
        ]),
      },
      ...(entries.length === 0 ? [FIRST] : []),
      ...workBlocks(shown),
      ...recordsBlock(context.records),
      ...unreadableBlocks(unreadable),
      ...goneBlocks(gone),
      ...headOnlyBlock(headOnly),
    ],
    data: {
      releases: shown.map(rowOf),
      unreadable,
      gone: gone.map(({ id, file, lost }) => ({ id, file, lost })),
      headOnly,
    },
    simulated: context.environments.simulated,
  };
}

/** A word that is no phase, or no service, would list nothing, as if there were no such release. */
function refuseUnknown(what: 'phase' | 'service', wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((one) => !known.includes(one));
  if (unknown === undefined) return;
  throw new RelctlError('usage.bad-flag', `there is no ${what} "${unknown}"`, {
    why: 'Nothing was listed.',
    hints: [
      ...nearest(unknown, known).map((one) => command`--${what} ${one}`),
      `${what}s: ${known.length === 0 ? 'none yet' : known.join(', ')}`,
    ],
  });
}

/** Who is at work in production, from where, and at what. Whether they still are, `relctl status` tells. */
function workBlocks(shown: readonly ReleaseSummary[]): readonly Block[] {
  const working = shown.flatMap(({ id, work }) => (work === undefined ? [] : [{ id, ...work }]));
  if (working.length === 0) return [];
  const checks = working.map(({ id, who, host, since, step }) => ({
    state: 'pending' as const,
    text: `${id}: ${who}${host === undefined ? '' : ` from ${host}`} since ${since}${step === undefined ? '' : `, at ${step}`}`,
    detail: command`relctl status ${id}`,
  }));
  return [
    { kind: 'heading', text: 'In production now' },
    { kind: 'checks', checks },
  ];
}

function recordsBlock(records: ReadingContext['records']): readonly Block[] {
  if (records?.offline === undefined) return [];
  return [{ kind: 'text', text: `Offline: as ${records.branch} was known here (${records.offline}).` }];
}

function unreadableBlocks(unreadable: readonly UnreadablePlan[]): readonly Block[] {
  if (unreadable.length === 0) return [];
  return [
    { kind: 'heading', text: 'Unreadable' },
    {
      kind: 'checks',
      checks: unreadable.map(({ id, code, problem, place }) => ({
        state: 'failed',
        text: `${id} (${code})`,
        detail: place?.line === undefined ? problem : `${problem} (line ${place.line})`,
      })),
    },
    {
      kind: 'next',
      actions: unreadable.map(({ id }) => ({
        who: 'its author',
        command: command`relctl plan ${id} --check`,
        why: 'says what is wrong, where, and how to fix it',
      })),
    },
  ];
}

function goneBlocks(gone: readonly GonePlan[]): readonly Block[] {
  if (gone.length === 0) return [];
  return [
    { kind: 'heading', text: 'Deleted, with what was signed of them' },
    {
      kind: 'checks',
      checks: gone.map(({ id, file, lost: [first = ''] }) => ({
        state: 'failed',
        text: `${id}: ${first}`,
        detail: command`git log -p --full-history -- ${file}`,
      })),
    },
  ];
}

function headOnlyBlock(ids: readonly string[]): readonly Block[] {
  if (ids.length === 0) return [];
  const which = plural(ids.length, 'older plan was', 'older plans were');
  return [
    {
      kind: 'text',
      text: `${which} read only as far as this list shows them; \`relctl audit --all\` reads all in whole.`,
    },
  ];
}

function matches(one: Row, { phases, services = [] }: ListFilter): boolean {
  const inPhase = phases.length === 0 || phases.includes(one.phase);
  return inPhase && (services.length === 0 || one.services.some((service) => services.includes(service)));
}

/** A release as the list shows it. */
type Row = Omit<ReleaseSummary, 'phase'> & Pick<LookedAtRelease, 'phase' | 'claimed'> & { readonly approvals: string };

/** Each release with what its signatures are worth; the phase is the one that is left without what does not count. */
async function examined(context: LookingContext, releases: readonly ReleaseSummary[]): Promise<readonly Row[]> {
  const modeOf = modesOf(context);
  const rows: Row[] = [];
  const looked = new Set((await thoseSigned(modeOf, releases)).slice(0, EXAMINED));
  const ahead = await readAhead(
    context,
    [...looked].map((one) => one.id),
  );
  for (const one of releases) {
    const mode = await modeOf(one);
    if (mode !== 'required') rows.push({ ...one, approvals: mode, claimed: mode === 'unchecked' });
    else if (looked.has(one)) rows.push({ ...one, ...(await lookAtRelease(ahead, one.id)) });
    else rows.push({ ...one, approvals: 'not examined', claimed: true });
  }
  return rows;
}

/** What to do where there is no release yet. */
const FIRST: Block = {
  kind: 'next',
  actions: [
    { who: 'the R&D Lead', command: 'relctl plan <id> --feature "<name>"', why: 'drafts the first release plan' },
  ],
};

/** One release as `--json` documents it. */
function rowOf({
  id,
  feature,
  phase,
  approvals,
  claimed,
  simulated,
  windowText,
  services,
  span,
  work,
}: Row): Readonly<Record<string, unknown>> {
  const start = new Date(span.start).toISOString();
  return {
    id,
    feature,
    phase,
    approvals,
    claimed,
    simulated,
    window: windowText,
    services,
    start,
    ...(work === undefined ? {} : { work }),
  };
}
