import { deliveriesOf } from '../domain/dora/deliveries.ts';
import { byMonth, type DoraFigures, daysInMonth, doraFigures, type TimedDelivery } from '../domain/dora/figures.ts';
import { isSummary, type ReleaseSummary } from '../domain/history/release-summary.ts';
import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { dateIn } from '../domain/schedule/calendar.ts';
import { RelctlError } from '../errors.ts';
import type { Repository } from '../ports/repository.ts';
import { command } from '../text/command-line.ts';
import { formatPercent, formatSpan } from '../text/figures.ts';
import { plural } from '../text/plural.ts';
import { checkedZone } from './planning/ask/window.ts';
import type { ReadingContext } from './release/context.ts';
import { unreviewedGone } from './signing/gone-plans.ts';
import { type LookingContext, lacksActs, modesOf, provenEvents, thoseSigned } from './signing/look.ts';
import { readAhead } from './signing/read-ahead.ts';

/** Which releases and months are counted. */
export interface MetricsOptions {
  /** First and last month, `2026-01`; all when left out. */
  readonly from?: string;
  readonly to?: string;
  readonly services: readonly string[];
  readonly timeZone?: string;
}

/** What it reads: the summaries of all releases, and the times of their commits. */
export interface MetricsContext extends LookingContext, Pick<ReadingContext, 'config'> {
  readonly repository: Pick<Repository, 'commitTimes'>;
}

/** How the figures are meant, for whoever compares them with others'. */
const DEFINITIONS: readonly (readonly [string, string])[] = [
  ['deployment frequency', 'deployments to production that finished, including those that were rolled back'],
  [
    'lead time',
    'median from the commit of the candidate to the completed deployment; where its time is not known and nobody signs, from the creation of the plan',
  ],
  ['change fail rate', 'rolled back, aborted, frozen or reviewed as a failure, over all deployments'],
  ['recovery time', 'median from the beginning of a rollback or freeze until production was what it had been'],
];

/** DORA's figures over all releases of the repository, by month. Errors: `usage.bad-flag`. */
export async function metrics(context: MetricsContext, options: MetricsOptions): Promise<Outcome> {
  const zone = checkedZone(
    options.timeZone ?? context.config.timeZone,
    'A month begins at another moment in each zone.',
  );
  const [from, to] = [monthOf(options.from, '--from'), monthOf(options.to, '--to')];
  const summaries = await context.store.summaries();
  const ofServices = summaries.filter(isSummary).filter((one) => isAsked(one, options));
  const { releases, unproven, isUnsigned } = await provenDeliveries(context, ofServices);
  const times = await commitTimes(context, releases);
  const deliveries = releases
    .flatMap((release) => release.deliveries)
    .map(
      (one): TimedDelivery => ({ ...one, committedAt: one.commit === undefined ? undefined : times.get(one.commit) }),
    )
    .sort((a, b) => a.at - b.at);
  const months = byMonth(deliveries, (at) => dateIn(at, zone).slice(0, 7)).filter(
    ([month]) => (from === undefined || month >= from) && (to === undefined || month <= to),
  );
  const rows = months.map(([month, of]) => ({ month, ...doraFigures(of, daysInMonth(month)) }));
  const counted = months.flatMap(([, of]) => of);
  const days = months.reduce((sum, [month]) => sum + daysInMonth(month), 0);
  const whole = doraFigures(counted, days);
  const unreadable = summaries.filter((one) => !isSummary(one));
  return {
    result: 'done',
    headline:
      counted.length === 0
        ? 'nothing was deployed to production yet'
        : `${plural(counted.length, 'deployment')} of ${plural(releases.length, 'release')}, ${months[0]?.[0]} to ${months.at(-1)?.[0]}`,
    blocks: [
      ...blocksOf(rows, whole, unreadable),
      ...(unproven.length === 0 && !isUnsigned
        ? []
        : [
            {
              kind: 'checks' as const,
              checks: [
                ...(isUnsigned ? [{ state: 'warning' as const, text: UNSIGNED_FIGURES }] : []),
                ...unproven.map((id) => ({
                  state: 'failed' as const,
                  text: `${id} claims of its deployments what nothing proves, or its file is gone; that is not counted`,
                  detail: command`relctl audit ${id}`,
                })),
              ],
            },
          ]),
    ],
    data: {
      timeZone: zone,
      months: rows.map(({ month, ...figures }) => ({ month, ...plain(figures) })),
      whole: plain(whole),
      definitions: Object.fromEntries(DEFINITIONS),
      withCommitTime: counted.filter((one) => one.committedAt !== undefined).length,
      unreadable,
      unproven,
      unsigned: isUnsigned,
    },
    simulated: context.environments.simulated,
  };
}

const UNSIGNED_FIGURES =
  'Deployments of this company are not signed: each is the claim of whoever could write the file (docs/signing.md).';

/**
 * The releases that count, with the deployments that are proved where the company signs; and the ids of those that claim others, or that
 * something was taken out of: also where nothing is left that would count.
 */
async function provenDeliveries(
  context: MetricsContext,
  asked: readonly ReleaseSummary[],
): Promise<{ releases: readonly ReleaseSummary[]; unproven: readonly string[]; isUnsigned: boolean }> {
  const releases: ReleaseSummary[] = [];
  const unproven: string[] = [];
  const modeOf = modesOf(context);
  const silent = await thoseSigned(
    modeOf,
    asked.filter((one) => !isCounted(one, context) || one.deliveries.length === 0),
  );
  const ahead = await readAhead(
    context,
    silent.map((one) => one.id),
  );
  for (const one of silent) if (await lacksActs(ahead, one.id)) unproven.push(one.id);
  let isUnsigned = false;
  for (const one of asked) {
    if (!isCounted(one, context)) continue;
    const mode = await modeOf(one);
    isUnsigned ||= mode === 'unsigned';
    const isChecked = mode === 'required' || mode === 'unchecked';
    const deliveries =
      one.deliveries.length > 0 && isChecked
        ? // When a plan was created is signed by nobody: whoever may write would set the lead time with it.
          deliveriesOf(await provenEvents(context, one.id)).map((found) => ({ ...found, plannedAt: undefined }))
        : one.deliveries;
    if (deliveries.length < one.deliveries.length || failures(deliveries) !== failures(one.deliveries))
      unproven.push(one.id);
    releases.push({ ...one, deliveries });
  }
  return { releases, unproven: [...unproven, ...(await goneIds(context))], isUnsigned };
}

/** Releases whose files were deleted without a review: how they went counts too, and nobody knows it. */
async function goneIds(context: MetricsContext): Promise<readonly string[]> {
  return context.environments.simulated ? [] : (await unreviewedGone(context)).map((one) => one.id);
}

const failures = (deliveries: ReleaseSummary['deliveries']): number =>
  deliveries.filter(({ failure }) => failure !== undefined).length;

/** In a real company what was rehearsed does not count; in a simulated one nothing else is there. */
function isCounted({ simulated }: ReleaseSummary, { environments }: MetricsContext): boolean {
  return !simulated || environments.simulated;
}

function isAsked(release: ReleaseSummary, { services }: MetricsOptions): boolean {
  return services.length === 0 || release.services.some((one) => services.includes(one));
}

async function commitTimes(
  context: MetricsContext,
  releases: readonly ReleaseSummary[],
): Promise<ReadonlyMap<string, number>> {
  const commits = releases.flatMap((release) =>
    release.deliveries.flatMap((one) => (one.commit === undefined ? [] : [one.commit])),
  );
  return commits.length === 0 ? new Map() : context.repository.commitTimes([...new Set(commits)]);
}

function blocksOf(
  rows: readonly ({ readonly month: string } & DoraFigures)[],
  whole: DoraFigures,
  unreadable: readonly { readonly id: string }[],
): readonly Block[] {
  if (whole.deployments === 0) return [];
  const row = (name: string, figures: DoraFigures): readonly string[] => [
    name,
    String(figures.deployments),
    figures.perWeek.toFixed(1),
    figures.leadTime === undefined ? '–' : formatSpan(figures.leadTime),
    figures.failRate === undefined ? '–' : formatPercent(figures.failRate),
    figures.recoveryTime === undefined ? '–' : formatSpan(figures.recoveryTime),
  ];
  return [
    {
      kind: 'table',
      columns: ['month', 'deployments', 'a week', 'lead time', 'change fail rate', 'recovery time'],
      rows: [...rows.map((one) => row(one.month, one)), row('all', whole)],
    },
    { kind: 'heading', text: 'Definitions (dora.dev)' },
    { kind: 'facts', facts: DEFINITIONS },
    ...(unreadable.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: unreadable.map((one) => ({ state: 'warning' as const, text: `${one.id} was not counted` })),
          },
        ]),
  ];
}

/** Seconds, as programs read them. */
function plain(figures: DoraFigures): Readonly<Record<string, number | null>> {
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? null : milliseconds / 1000);
  return {
    deployments: figures.deployments,
    perWeek: figures.perWeek,
    leadTimeSeconds: seconds(figures.leadTime),
    failed: figures.failed,
    failRate: figures.failRate ?? null,
    recoverySeconds: seconds(figures.recoveryTime),
  };
}

function monthOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined || /^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new RelctlError('usage.bad-flag', `${flag} is "${text}", which is no month`, {
    why: 'The figures are counted by month.',
    hints: [`${flag} 2026-12`],
  });
}
