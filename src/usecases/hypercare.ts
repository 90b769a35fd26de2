import { formatMoment, formatSpan, isoTime, timeOf } from '../domain/calendar.ts';
import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import { nextActions } from '../domain/process.ts';
import { durationSeconds, percentRatio } from '../plan/duration.ts';
import type { EventData } from '../plan/events.ts';
import type { Slo } from '../plan/spec.ts';
import type { Metrics, Span } from '../ports/metrics.ts';
import { approvalAnswer } from './answers.ts';
import type { Context } from './context.ts';
import { flushOutbox, notify } from './notify.ts';
import { openForCommand, passGates, type Release } from './release.ts';
import { readSloCounts } from './slo-counts.ts';

/** What `relctl hypercare` may be asked. */
export interface HypercareOptions {
  /** Sign hypercare off. */
  readonly exit: boolean;
  /** True when `--confirm` was given. */
  readonly confirmed?: boolean;
  readonly note?: string;
  /** Hours to add, with a reason. */
  readonly extendHours?: number;
  readonly reason?: string;
  readonly exception?: string;
}

/** There is nothing to see before the first scrapes of the time have come in. */
const SHORTEST_MS = 5 * 60_000;

type Observation = EventData<'hypercare.observed'>;

/**
 * Looks at the time since the release as a whole: error budgets, alerts, holes in the data. All of it comes from the metrics
 * store, so nothing needs to run in between. With `exit`, signs hypercare off.
 */
export async function hypercare(context: Context, id: string, options: HypercareOptions): Promise<Outcome> {
  const release = await openForCommand(context, id, 'hypercare', undefined);
  await flushOutbox(context, release);
  const { journal, policy } = release;
  if (journal.state.hypercare === undefined) {
    // Verification and the start of hypercare are one write; an older file may hold only the first.
    const until = isoTime(context.clock.now() + policy.hypercareHours * 3_600_000);
    await journal.record('hypercare.started', { until, hours: policy.hypercareHours });
  }
  if (options.extendHours !== undefined) await extend(context, release, options.extendHours, options.reason);
  if (context.clock.now() - timeOf(journal.state.hypercare?.startedAt ?? '') < SHORTEST_MS)
    return tooEarly(context, release);
  const observation = await observe(context, release, options.note ?? '');
  await journal.record('hypercare.observed', observation);
  if (!options.exit) return observed(context, release, observation);
  await passGates(context, release, 'hypercare --exit', options.exception);
  return signOff(context, release, options, observation);
}

function tooEarly(context: Context, release: Release): Outcome {
  const { journal } = release;
  return {
    result: 'pending',
    headline: `hypercare has just begun; there is something to see from ${SHORTEST_MS / 60_000} minutes on`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: journal.plan.id, phase: journal.state.phase, until: journal.state.hypercare?.until },
    simulated: context.environments.simulated,
  };
}

async function extend(context: Context, release: Release, hours: number, reason: string | undefined): Promise<void> {
  const { journal } = release;
  if (reason === undefined || reason.trim() === '') {
    throw new RelctlError('usage.missing-answer', 'an extension of hypercare needs its reason', {
      why: 'The review asks why the release needed more attention than planned.',
      hints: [`relctl hypercare ${journal.plan.id} --extend ${hours} --reason "<reason>"`],
    });
  }
  const until = Math.max(context.clock.now(), timeOf(journal.state.hypercare?.until ?? ''));
  await journal.record('hypercare.extended', { until: isoTime(until + hours * 3_600_000), reason });
}

async function observe(context: Context, release: Release, note: string): Promise<Observation> {
  const { plan, state } = release.journal;
  const span: Span = { from: timeOf(state.hypercare?.startedAt ?? ''), to: context.clock.now() };
  const metrics = context.environments.metrics('production');
  const slos = await Promise.all(plan.spec.slos.map((slo) => observeSlo(metrics, slo, span)));
  const gaps = await gapsOf(context, metrics, plan.spec.slos, span, plan.spec.window.timeZone);
  const alerts = await activeAlerts(context);
  return {
    from: isoTime(span.from),
    to: isoTime(span.to),
    healthy: slos.every((slo) => slo.ok) && alerts.every((alert) => !alert.startsWith('critical')),
    slos,
    alerts: [...alerts],
    gaps: [...gaps],
    note,
  };
}

async function observeSlo(metrics: Metrics, slo: Slo, span: Span): Promise<Observation['slos'][number]> {
  const read = await readSloCounts(metrics, slo, [], span);
  if (!read.ok) return { name: slo.name, ok: false, detail: `no data: ${read.noData.detail}`, code: 'no-data' };
  const { counts } = read.value;
  const budget = 1 - percentRatio(slo.objective);
  const bad = counts.total > 0 ? counts.bad / counts.total : 0;
  const burn = budget > 0 ? bad / budget : bad > 0 ? Number.POSITIVE_INFINITY : 0;
  return {
    name: slo.name,
    ok: counts.total > 0 && burn <= 1,
    detail:
      counts.total > 0
        ? `${(bad * 100).toFixed(3)} % bad of ${Math.round(counts.total)}; burns its budget at ${burn.toFixed(2)}× (objective ${slo.objective})`
        : 'no requests at all',
    code: counts.total > 0 ? (burn <= 1 ? 'within-budget' : 'over-budget') : 'no-requests',
    bad: counts.bad,
    total: counts.total,
    burn: Number.isFinite(burn) ? burn : 1e9,
  };
}

/** Holes in the data, named: what was not measured is not counted as good. */
async function gapsOf(
  context: Context,
  metrics: Metrics,
  slos: readonly Slo[],
  span: Span,
  zone: string,
): Promise<readonly string[]> {
  const longer = Math.max(300, durationSeconds(context.config.metrics.staleAfter) * 5);
  const found = await Promise.all(
    slos.map(async (slo) => {
      const gaps = await metrics.gaps(slo.total, [], span, longer);
      if (!gaps.ok) return [`${slo.name}: it is not known where data is missing (${gaps.noData.detail})`];
      return gaps.value.map(
        (gap) => `${slo.name}: ${formatSpan(gap.to - gap.from)} from ${formatMoment(gap.from, zone)}`,
      );
    }),
  );
  return found.flat();
}

async function activeAlerts(context: Context): Promise<readonly string[]> {
  try {
    const active = await context.environments.alerts('production').active();
    return active.map((alert) => `${alert.severity} ${alert.name} since ${isoTime(alert.since)}`);
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    context.sink.emit({ type: 'note', level: 'warning', text: `alerts were not looked at: ${error.message}` });
    return [];
  }
}

function observed(context: Context, release: Release, observation: Observation): Outcome {
  const { journal } = release;
  const until = timeOf(journal.state.hypercare?.until ?? '');
  const left = until - context.clock.now();
  const { timeZone } = journal.plan.spec.window;
  const lasts =
    left > 0
      ? `lasts until ${formatMoment(until, timeZone)}, another ${formatSpan(left)}`
      : 'time has passed; it can be signed off';
  return {
    result: observation.healthy ? (left > 0 ? 'pending' : 'done') : 'failed',
    headline: `hypercare ${observation.healthy ? 'is healthy' : 'is not healthy'} and ${lasts}`,
    blocks: [...findings(observation), { kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: journal.plan.id, phase: journal.state.phase, until: isoTime(until), observation },
    simulated: context.environments.simulated,
  };
}

async function signOff(
  context: Context,
  release: Release,
  options: HypercareOptions,
  observation: Observation,
): Promise<Outcome> {
  const { journal } = release;
  const { plan } = journal;
  const sure = await approvalAnswer(context.prompter, options.confirmed, {
    message: `Sign off hypercare of ${plan.metadata.feature}?`,
    flag: '--confirm',
  });
  if (!sure) {
    throw new RelctlError('answer.declined', 'hypercare was not signed off', {
      why: 'Somebody answers for the end of elevated monitoring.',
      hints: [
        `relctl hypercare ${plan.id} --exit --confirm`,
        `relctl hypercare ${plan.id} --extend 24 --reason "<reason>"`,
      ],
    });
  }
  await journal.record('hypercare.closed', { comment: options.note ?? '' });
  await notify(context, release, 'hypercare.closed', `attempt ${journal.state.deployment?.attempt ?? 1}`);
  return {
    result: 'done',
    headline: `hypercare of ${plan.metadata.feature} is signed off by ${context.actor}`,
    blocks: [...findings(observation), { kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: journal.state.phase, observation },
    simulated: context.environments.simulated,
  };
}

function findings(observation: Observation): Outcome['blocks'] {
  return [
    {
      kind: 'checks',
      checks: [
        ...observation.slos.map((slo) => ({
          state: slo.ok ? ('ok' as const) : ('failed' as const),
          text: slo.name,
          detail: slo.detail,
        })),
        ...observation.alerts.map((alert) => ({
          state: alert.startsWith('critical') ? ('failed' as const) : ('warning' as const),
          text: `alert ${alert}`,
        })),
        ...observation.gaps.map((gap) => ({ state: 'warning' as const, text: `no data: ${gap}` })),
      ],
    },
  ];
}
