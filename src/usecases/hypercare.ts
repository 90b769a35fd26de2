import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { formatMoment, isoTime, timeOf } from '../domain/schedule/calendar.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { formatPercent, formatSpan } from '../text/figures.ts';
import { extend, handOver, type IncidentReport, reportIncident } from './hypercare/acts.ts';
import { firstLookAt, isSevere, type Observation, observe, SHORTEST_MS } from './hypercare/observe.ts';
import { watch } from './hypercare/watch.ts';
import { approvalAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import type { Entry } from './release/journal.ts';
import { flushOutbox, recordAndTell } from './release/notify.ts';
import type { Release } from './release/open.ts';
import { openForCommand, passGates } from './release/pass-gates.ts';
import { inviteToReview } from './review/invite.ts';

/** What `relctl hypercare` may be asked. */
export interface HypercareOptions {
  /** Sign hypercare off. */
  readonly exit: boolean;
  /** True when `--confirm` was given. */
  readonly confirmed?: boolean;
  /** Keep looking, with a screen that is redrawn. */
  readonly watch?: boolean;
  readonly note?: string;
  /** Hours to add, with a reason. */
  readonly extendHours?: number;
  readonly reason?: string;
  readonly handOver?: string;
  readonly incident?: IncidentReport;
  readonly exception?: string;
}

/**
 * Looks at the time since the release as a whole: error budgets, alerts, incidents, holes in the data. All of it comes from the
 * metrics store, so nothing needs to run in between. With `exit`, signs hypercare off.
 */
export async function hypercare(context: Context, id: string, options: HypercareOptions): Promise<Outcome> {
  if (options.incident !== undefined) return incident(context, id, options.incident);
  const release = await openForCommand(context, id, 'hypercare', undefined, {
    typed: options.exit ? 'hypercare --exit' : 'hypercare',
  });
  await flushOutbox(context, release);
  const { journal, policy } = release;
  if (journal.state.hypercare === undefined) {
    // Verification and the start of hypercare are one write; an older file may hold only the first.
    const until = isoTime(context.clock.now() + policy.hypercareHours * 3_600_000);
    await journal.record('hypercare.started', { until, hours: policy.hypercareHours });
  }
  if (journal.state.hypercare?.closed !== undefined) return afterwards(context, release, options);
  if (options.extendHours !== undefined) await extend(context, release, options.extendHours, options.reason);
  if (options.handOver !== undefined) await handOver(context, release, options.handOver, options.note);
  if (options.watch === true) {
    const { release: now, seen, isOver } = await watch(context, release, options.note ?? '');
    if (isOver) return endedByOthers(context, now);
    return seen === undefined ? tooEarly(context, now) : observed(context, now, seen);
  }
  if (context.clock.now() < firstLookAt(release)) return tooEarly(context, release);
  const observation = await observe(context, release, options.note ?? '');
  await journal.record('hypercare.observed', observation);
  if (!options.exit) return observed(context, release, observation);
  await passGates(context, release, 'hypercare --exit', options.exception);
  return signOff(context, release, options, observation);
}

/** An incident is linked in any phase after the first request to the candidate, not only in hypercare. */
async function incident(context: Context, id: string, report: IncidentReport): Promise<Outcome> {
  const release = await openForCommand(context, id, 'incident', undefined, {
    typed: 'hypercare --incident',
  });
  await flushOutbox(context, release);
  await reportIncident(context, release, report);
  const { journal } = release;
  const open = journal.state.incidents.filter((one) => one.closedAt === undefined);
  return {
    result: 'done',
    headline: report.resolved
      ? `incident ${report.ref} is over; ${open.length} open`
      : `incident ${report.ref} is linked to ${journal.plan.metadata.feature}`,
    blocks: [
      {
        kind: 'checks',
        checks: journal.state.incidents.map((one) => ({
          state: one.closedAt === undefined ? ('failed' as const) : ('ok' as const),
          text: `${one.ref}, severity ${one.severity}`,
          detail: one.closedAt === undefined ? `open since ${one.openedAt}` : `${one.openedAt} to ${one.closedAt}`,
        })),
      },
    ],
    data: { release: id, phase: journal.state.phase, incidents: [...journal.state.incidents] },
    simulated: context.environments.simulated,
  };
}

function tooEarly(context: Pick<Context, 'environments'>, release: Release): Outcome {
  const { journal } = release;
  return {
    result: 'pending',
    headline: `hypercare has just started; there is data after ${formatSpan(SHORTEST_MS)}`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: journal.plan.id, phase: journal.state.phase, until: journal.state.hypercare?.until },
    simulated: context.environments.simulated,
  };
}

/** Once signed off, hypercare is looked at without a record; whatever would change it is refused by the gate of its end. */
async function afterwards(context: Context, release: Release, options: HypercareOptions): Promise<Outcome> {
  const changes = options.exit || options.extendHours !== undefined || options.handOver !== undefined;
  if (changes) await passGates(context, release, 'hypercare --exit', undefined);
  const { plan, state } = release.journal;
  const closed = state.hypercare?.closed;
  return {
    result: 'done',
    headline: `hypercare of ${plan.metadata.feature} is over: ${closed?.actor} signed it off on ${formatMoment(timeOf(closed?.at ?? ''), plan.spec.window.timeZone)}`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: state.phase, until: state.hypercare?.until },
    simulated: context.environments.simulated,
  };
}

/** What a watch says of hypercare that ended under it. */
function endedByOthers(context: Pick<Context, 'environments'>, release: Release): Outcome {
  const { plan, state } = release.journal;
  const signed = state.hypercare?.closed;
  return {
    result: signed === undefined ? 'failed' : 'done',
    headline:
      signed === undefined
        ? `the watch is over: ${plan.metadata.feature} was rolled back`
        : `the watch is over: ${signed.actor} signed hypercare of ${plan.metadata.feature} off`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: state.phase, until: state.hypercare?.until },
    simulated: context.environments.simulated,
  };
}

function observed(
  context: Pick<Context, 'clock' | 'environments'>,
  release: Release,
  observation: Observation,
): Outcome {
  const { journal } = release;
  const until = timeOf(journal.state.hypercare?.until ?? '');
  const left = until - context.clock.now();
  const { timeZone } = journal.plan.spec.window;
  const lasts =
    left > 0
      ? `lasts until ${formatMoment(until, timeZone)}, another ${formatSpan(left)}`
      : 'time has passed; it can be signed off';
  const watcher = journal.state.hypercare?.handOvers.at(-1)?.data.to;
  return {
    result: observation.healthy ? (left > 0 ? 'pending' : 'done') : 'failed',
    headline: `hypercare ${observation.healthy ? 'is healthy' : 'is not healthy'} and ${lasts}`,
    blocks: [
      ...findings(release, observation),
      ...(watcher === undefined ? [] : [{ kind: 'facts' as const, facts: [['watched by', watcher] as const] }]),
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: journal.plan.id,
      phase: journal.state.phase,
      until: isoTime(until),
      ...(observation.healthy ? {} : { code: 'hypercare.unhealthy' }),
      observation,
      incidents: [...journal.state.incidents],
      watcher: watcher ?? null,
    },
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
      why: 'A person has to confirm that elevated monitoring ends.',
      hints: [
        command`relctl hypercare ${plan.id} --exit --confirm`,
        command`relctl hypercare ${plan.id} --extend 24 --reason "<reason>"`,
      ],
    });
  }
  const occasion = `attempt ${journal.state.deployment?.attempt ?? 1}`;
  const closed: Entry = ['hypercare.closed', { comment: options.note ?? '' }];
  await recordAndTell(context, release, [closed], 'hypercare.closed', occasion);
  await inviteToReview(context, release);
  return {
    result: 'done',
    headline: `hypercare of ${plan.metadata.feature} is signed off by ${context.actor}`,
    blocks: [...findings(release, observation), { kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: journal.state.phase, observation, invite: journal.state.invited?.data ?? null },
    simulated: context.environments.simulated,
  };
}

function findings(release: Release, observation: Observation): Outcome['blocks'] {
  const { severities } = release.policy.hypercare;
  const open = release.journal.state.incidents.filter((one) => one.closedAt === undefined);
  return [
    {
      kind: 'checks',
      checks: [
        ...(observation.drift ?? []).map((text) => ({ state: 'failed' as const, text })),
        ...(observation.incidentsUnknown === undefined
          ? []
          : [{ state: 'failed' as const, text: 'incidents are not known', detail: observation.incidentsUnknown }]),
        ...(observation.alertsUnknown === undefined
          ? []
          : [{ state: 'failed' as const, text: 'alerts are not known', detail: observation.alertsUnknown }]),
        ...observation.slos.map((slo) => ({
          state: slo.ok ? (slo.code === 'burnt' ? ('warning' as const) : ('ok' as const)) : ('failed' as const),
          text: slo.name,
          detail: slo.detail,
        })),
        ...observation.alerts.map((alert) => ({
          state: isSevere(alert, severities) ? ('failed' as const) : ('warning' as const),
          text: `alert ${alert}`,
        })),
        ...open.map((one) => ({
          state: 'failed' as const,
          text: `incident ${one.ref}, severity ${one.severity}`,
          detail: `open since ${one.openedAt}`,
        })),
        ...observation.gaps.map((gap) => ({ state: 'warning' as const, text: `no data: ${gap}` })),
        ...(observation.coverage === undefined || observation.gaps.length === 0
          ? []
          : [
              {
                state: 'warning' as const,
                text: `there is data for ${formatPercent(observation.coverage)} of the time`,
              },
            ]),
      ],
    },
  ];
}
