import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { formatMoment, timeOf } from '../domain/schedule/calendar.ts';
import { WATCHED_DAYS } from '../domain/success/days.ts';
import type { ObservedDay } from '../domain/success/metric.ts';
import { postedFacts } from './ballot/post.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import type { Release } from './release/open.ts';
import { openForCommand } from './release/pass-gates.ts';
import { valuesOfPeople } from './success/ask.ts';
import { measureNewDays, observedDays } from './success/measure.ts';
import { recordObserved } from './success/record.ts';
import { shownDay } from './success/shown-day.ts';
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
  await recordObserved(context, release, days);
  return outcome(context, release, days, await postedFacts(context, release));
}

function outcome(
  context: Pick<Context, 'environments'>,
  release: Release,
  fresh: readonly ObservedDay[],
  posted: readonly (readonly [string, string])[],
): Outcome {
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
    blocks: [
      ...successMetrics.flatMap((metric) => [
        {
          kind: 'heading' as const,
          text: `${metric.name}: ${metric.direction === 'up' ? 'at least' : 'at most'} ${metric.target}`,
        },
        {
          kind: 'checks' as const,
          checks: observedDays(state.successDays, metric.name).map((day) => shownDay(day, metric)),
        },
      ]),
      ...(posted.length === 0 ? [] : [{ kind: 'facts' as const, facts: posted }]),
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
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
