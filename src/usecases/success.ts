import type { Check, Outcome } from '../domain/outcome/outcome.ts';
import { formatMoment, timeOf } from '../domain/schedule/calendar.ts';
import { WATCHED_DAYS } from '../domain/success/days.ts';
import type { ObservedDay } from '../domain/success/metric.ts';
import { command } from '../text/command-line.ts';
import type { Context } from './release/context.ts';
import { flushOutbox, notify } from './release/notify.ts';
import { openForCommand, type Release } from './release/open.ts';
import { valuesOfPeople } from './success/ask.ts';
import { keepRawValues } from './success/evidence.ts';
import { measureNewDays, observedDays } from './success/measure.ts';
import { readValues } from './success/values.ts';

/** What `relctl success` may be given. */
export interface SuccessOptions {
  /** Values of the latest day, as `name=value`. */
  readonly values: readonly string[];
}

/**
 * Looks at the success metrics of the first week, day by day. To be given once a day, by a person or by cron: each day is
 * recorded once, days that were missed are made up for where the source knows the past, and nothing needs to run in between.
 * A value beyond its guardrail is told to the Product Manager at once.
 */
export async function success(context: Context, id: string, options: SuccessOptions): Promise<Outcome> {
  const release = await openForCommand(context, id, 'success', undefined);
  await flushOutbox(context, release);
  const { journal } = release;
  const given = readValues(id, journal.plan.spec.successMetrics, options.values);
  const days = await measureNewDays(context, release, await valuesOfPeople(context, release, given));
  if (days.length > 0) {
    const document = await keepRawValues(context, release, 'success.json', days);
    await journal.record('success.observed', { days: [...days], document: { ...document } });
  }
  await warn(context, release);
  return outcome(context, release, days);
}

/** One warning for each metric and day beyond the guardrail; the key keeps it from being sent twice. */
async function warn(context: Context, release: Release): Promise<void> {
  const { plan, state } = release.journal;
  const hurt = state.successDays.flatMap((event) => event.data.days).filter((day) => day.state === 'guardrail-broken');
  for (const day of hurt) {
    const metric = plan.spec.successMetrics.find((one) => one.name === day.metric);
    await notify(context, release, 'success.warning', `${day.metric} ${day.day}`, {
      who: [...new Set([plan.spec.owners.productManager, ...(metric === undefined ? [] : [metric.owner])])].join(', '),
      reason: `${day.metric} on ${day.day}: ${day.detail}.`,
      command: command`relctl success ${plan.id}`,
    });
  }
}

function outcome(context: Pick<Context, 'environments'>, release: Release, fresh: readonly ObservedDay[]): Outcome {
  const { plan, state } = release.journal;
  const { successMetrics, window } = plan.spec;
  const all = successMetrics.flatMap((metric) => observedDays(state.successDays, metric.name));
  const hurt = fresh.filter((day) => day.state === 'guardrail-broken');
  const count = new Set(all.map((day) => day.day)).size;
  const since = state.deployment?.completedAt;
  return {
    result: hurt.length > 0 ? 'failed' : count < WATCHED_DAYS ? 'pending' : 'done',
    headline:
      hurt.length > 0
        ? `a guardrail is broken: ${hurt.map((day) => `${day.metric} on ${day.day}`).join(', ')}`
        : `${count} of ${WATCHED_DAYS} days observed${since === undefined ? '' : ` since the deployment of ${formatMoment(timeOf(since), window.timeZone)}`}`,
    blocks: successMetrics.flatMap((metric) => [
      {
        kind: 'heading' as const,
        text: `${metric.name}: ${metric.direction === 'up' ? 'at least' : 'at most'} ${metric.target}`,
      },
      { kind: 'checks' as const, checks: observedDays(state.successDays, metric.name).map(shownDay) },
    ]),
    data: {
      release: plan.id,
      phase: state.phase,
      ...(hurt.length > 0 ? { code: 'success.guardrail' } : {}),
      fresh: fresh.map((day) => ({ ...day })),
      days: all,
    },
    simulated: context.environments.simulated,
  };
}

function shownDay(day: ObservedDay): Check {
  const states = { ok: 'ok', 'guardrail-broken': 'failed', 'no-data': 'warning' } as const;
  return { state: states[day.state], text: day.day, detail: day.detail };
}
