import { productionTargets } from '../../domain/deployment/steps.ts';
import { type BadEvents, BURN_WINDOWS, type HourOfEvents } from '../../domain/hypercare/burn.ts';
import { coverageOf, type Stretch } from '../../domain/hypercare/coverage.ts';
import { judgeSlo, openBursts, type SloFinding } from '../../domain/hypercare/slo-finding.ts';
import { formatMoment, isoTime, timeOf } from '../../domain/schedule/calendar.ts';
import { type ErrorKind, RelctlError } from '../../errors.ts';
import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import type { EventData } from '../../plan/events.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics, Span } from '../../ports/metrics.ts';
import { formatSpan } from '../../text/figures.ts';
import { checkDeployedAt } from '../cluster/running.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { readSloCounts } from '../slo/counts.ts';
import { takeOverIncidents } from './incidents.ts';

/** What is seen of the time since hypercare began. */
export type Observation = EventData<'hypercare.observed'>;

/** Somebody stopped it, or relctl is wrong itself: that is no look that failed. */
const ENDS_A_LOOK: ReadonlySet<ErrorKind> = new Set(['declined', 'bug']);

/** There is nothing to see before the first scrapes of the time have come in. */
export const SHORTEST_MS = 5 * 60_000;

/**
 * Since when the time after the release is looked at, in milliseconds since the epoch: since hypercare began, and since the end of the deployment,
 * which is signed, where nothing proves when that was.
 */
function lookedAtSince({ journal: { state }, signing }: Release): number {
  const isClaimed = signing.claims?.some((event) => event.type === 'hypercare.started') === true;
  const began = timeOf(state.hypercare?.startedAt ?? '');
  return isClaimed ? Math.min(began, timeOf(state.deployment?.completedAt ?? '') || began) : began;
}

/** From when on a look says something, in milliseconds since the epoch. */
export function firstLookAt({ journal }: Release): number {
  return timeOf(journal.state.hypercare?.startedAt ?? '') + SHORTEST_MS;
}

/**
 * Looks at the whole span from the beginning of hypercare to now: the burn of each error budget, alerts, holes in the data. All
 * of it comes from the metrics store, so that nothing has to run in between.
 */
export async function observe(context: Context, release: Release, note: string): Promise<Observation> {
  const { journal, policy } = release;
  const { plan } = journal;
  const { burnLimit, severities } = policy.hypercare;
  const { timeZone } = plan.spec.window;
  const span: Span = { from: lookedAtSince(release), to: context.clock.now() };
  const metrics = context.environments.metrics('production');
  const incidentsUnknown = await takeOverIncidents(context, release);
  const [slos, { gaps, holes }, alerts, running] = await Promise.all([
    Promise.all(plan.spec.slos.map((slo) => observeSlo(metrics, slo, span, burnLimit, timeZone))),
    gapsOf(context, metrics, plan.spec.slos, span, timeZone),
    activeAlerts(context, severities),
    Promise.all(productionTargets(context.config).map((target) => driftIn(context, release, target))),
  ]);
  const drift = running.flat();
  return {
    from: isoTime(span.from),
    to: isoTime(span.to),
    healthy:
      slos.every((slo) => slo.ok) &&
      alerts.active.every((alert) => !alert.counts) &&
      alerts.unknown === undefined &&
      drift.length === 0 &&
      incidentsUnknown === undefined,
    slos,
    alerts: alerts.active.map((alert) => alert.text),
    ...(alerts.unknown === undefined ? {} : { alertsUnknown: alerts.unknown }),
    gaps,
    ...(drift.length === 0 ? {} : { drift }),
    ...(incidentsUnknown === undefined ? {} : { incidentsUnknown }),
    note,
    coverage: coverageOf(span, holes),
    burnLimit,
  };
}

/**
 * What runs in a target and is not what was deployed. That it cannot be told is news like any other, whatever the reason: a look at 48 hours,
 * or a watch over them, does not end because an API server is started again or a login has ended, and what nobody saw is not taken for good.
 */
async function driftIn(context: Context, release: Release, target: string): Promise<readonly string[]> {
  try {
    const checks = await checkDeployedAt(context, release, target);
    return checks.filter((check) => !check.ok).map(({ name, detail }) => `${name} ${detail}`);
  } catch (error) {
    if (!(error instanceof RelctlError) || ENDS_A_LOOK.has(error.kind)) throw error;
    return [`what runs in ${target} is not known: ${error.message}`];
  }
}

async function observeSlo(metrics: Metrics, slo: Slo, span: Span, limit: number, zone: string): Promise<SloFinding> {
  const read = await readSloCounts(metrics, slo, [], span);
  if (!read.ok) return { name: slo.name, ok: false, detail: `no data: ${read.noData.detail}`, code: 'no-data' };
  const { counts, hours = [] } = read.value;
  const objective = percentRatio(slo.objective);
  const short = await shortWindows(metrics, slo, hours, span, limit);
  return judgeSlo(
    { name: slo.name, objectiveText: slo.objective, objective, whole: counts, hours, short },
    limit,
    zone,
  );
}

/** Only a burst that reaches to the end makes it worth asking whether it still burns. */
async function shortWindows(
  metrics: Metrics,
  slo: Slo,
  hours: readonly HourOfEvents[],
  span: Span,
  limit: number,
): Promise<Readonly<Record<string, BadEvents>>> {
  const short: Record<string, BadEvents> = {};
  for (const burst of openBursts(hours, percentRatio(slo.objective), limit)) {
    const window = BURN_WINDOWS.find((one) => one.name === burst.window);
    if (window === undefined) continue;
    const read = await readSloCounts(metrics, slo, [], { from: span.to - window.shortMs, to: span.to });
    // Without data of the last minutes it is taken to burn on: no data is never a pass.
    short[window.name] = read.ok ? read.value.counts : { bad: 1, total: 1 };
  }
  return short;
}

/** Holes in the data, named: what was not measured is not counted as good. */
async function gapsOf(
  context: Pick<Context, 'config'>,
  metrics: Metrics,
  slos: readonly Slo[],
  span: Span,
  zone: string,
): Promise<{ readonly gaps: string[]; readonly holes: readonly Stretch[] }> {
  const longer = Math.max(300, durationSeconds(context.config.metrics.staleAfter) * 5);
  const gaps: string[] = [];
  const holes: Stretch[] = [];
  const readings = await Promise.all(
    slos.map(async (slo) => [slo, await metrics.gaps(slo.total, [], span, longer)] as const),
  );
  for (const [slo, found] of readings) {
    if (!found.ok) {
      gaps.push(`${slo.name}: it is not known where data is missing (${found.noData.detail})`);
      holes.push(span);
      continue;
    }
    for (const gap of found.value) {
      gaps.push(`${slo.name}: ${formatSpan(gap.to - gap.from)} from ${formatMoment(gap.from, zone)}`);
      holes.push(gap);
    }
  }
  return { gaps, holes };
}

interface SeenAlert {
  readonly text: string;
  /** It makes hypercare unhealthy while it fires. */
  readonly counts: boolean;
}

/** The alerts that fire now, or why that is not known. */
interface Seen {
  readonly active: readonly SeenAlert[];
  readonly unknown?: string;
}

/** The alerts that fire now. Where they cannot be read a warning says so; an environment that names nobody to ask has none to read. */
export async function activeAlerts(
  context: Pick<Context, 'environments' | 'sink'>,
  severities: readonly string[],
): Promise<Seen> {
  try {
    const active = await context.environments.alerts('production').active();
    return {
      active: active.map((alert) => ({
        text: `${alert.severity} ${alert.name} since ${isoTime(alert.since)}`,
        counts: severities.includes(alert.severity),
      })),
    };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    context.sink.emit({ type: 'note', level: 'warning', text: `alerts were not looked at: ${error.message}` });
    return error.code === 'config.invalid' ? { active: [] } : { active: [], unknown: error.message };
  }
}

/** True for an alert of an observation that made it unhealthy. */
export function isSevere(alert: string, severities: readonly string[]): boolean {
  return severities.some((severity) => alert.startsWith(`${severity} `));
}
