import type { ObservedDay } from '../../domain/success/metric.ts';
import type { ForgeProof } from '../../plan/events.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { notify } from '../release/notify.ts';
import type { Release } from '../release/open.ts';
import { keepRawValues } from './evidence.ts';

/**
 * Records what was seen of some days, and warns of what is beyond its guardrail.
 * @param authenticatedBy the review that it was told by, where it was told on a forge
 */
export async function recordObserved(
  context: Context,
  release: Release,
  days: readonly ObservedDay[],
  authenticatedBy?: ForgeProof,
): Promise<void> {
  if (days.length > 0) {
    const document = await keepRawValues(context, release, 'success.json', days);
    await release.journal.record('success.observed', {
      days: [...days],
      document: { ...document },
      ...(authenticatedBy === undefined ? {} : { authenticatedBy }),
    });
  }
  await warn(context, release);
}

/** One warning for each metric and day beyond the guardrail; the key keeps it from being sent twice. */
async function warn(context: Context, release: Release): Promise<void> {
  const { plan, state } = release.journal;
  const hurt = state.successDays.flatMap((event) => event.data.days).filter((day) => day.state === 'guardrail-broken');
  for (const day of hurt) {
    const metric = plan.spec.successMetrics.find((one) => one.name === day.metric);
    const wording = {
      who: [...new Set([plan.spec.owners.productManager, ...(metric === undefined ? [] : [metric.owner])])].join(', '),
      reason: `${day.metric} on ${day.day}: ${day.detail}.`,
      command: command`relctl success ${plan.id}`,
      by: [plan.spec.owners.productManager],
    };
    await notify(context, release, 'success.warning', `${day.metric} ${day.day}`, wording, [
      (event) => event.type === 'success.observed' && event.data.days.some((one) => isSame(one, day)),
    ]);
  }
}

function isSame(one: ObservedDay, other: ObservedDay): boolean {
  return one.day === other.day && one.metric === other.metric;
}
