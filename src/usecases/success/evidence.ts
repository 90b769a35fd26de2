import { isoTime } from '../../domain/schedule/calendar.ts';
import { type ObservedDay, sourceOf } from '../../domain/success/metric.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/** Keeps the raw values beside the plan: of each metric where it comes from, and every day that was observed. */
export async function keepRawValues(
  context: Pick<Context, 'clock' | 'environments' | 'store'>,
  release: Release,
  name: string,
  days: readonly ObservedDay[],
): Promise<Evidence> {
  const { plan, state } = release.journal;
  const { timeZone } = plan.spec.window;
  const document = {
    release: plan.id,
    takenAt: isoTime(context.clock.now()),
    timeZone,
    deployedAt: state.deployment?.completedAt ?? null,
    simulated: context.environments.simulated,
    metrics: plan.spec.successMetrics.map((metric) => ({
      name: metric.name,
      source: sourceOf(metric),
      direction: metric.direction,
      target: metric.target,
      guardrail: metric.guardrail ?? null,
      days: days
        .filter((day) => day.metric === metric.name)
        .map(({ day, value, baseline, state: how, detail }) => ({ day, value, baseline, state: how, detail })),
    })),
  };
  return context.store.keep(plan.id, name, `${JSON.stringify(document, null, 2)}\n`);
}
