import type { Block, Outcome } from '../../domain/outcome/outcome.ts';
import { formatMoment, timeOf, wallClock } from '../../domain/schedule/calendar.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { riskBlocks, riskOf } from '../planning/check/calculated-risk.ts';
import type { Context } from '../release/context.ts';

/** The status with all that stands behind it: the risk with its points, the exceptions, and every event. */
export async function inDetail(context: Context, id: string, short: Outcome): Promise<Outcome> {
  const plan = await context.store.load(id);
  const risk = await riskOf(context, plan);
  return {
    ...short,
    blocks: [...short.blocks, ...riskBlocks(plan.spec, risk), ...exceptionBlocks(plan), ...historyBlocks(plan)],
    data: { ...short.data, risk: { written: plan.spec.risk.level, ...risk } },
  };
}

function exceptionBlocks({ events, spec }: ReleasePlan): readonly Block[] {
  const granted = events.flatMap((event) => (event.type === 'exception.granted' ? [event] : []));
  if (granted.length === 0) return [];
  return [
    { kind: 'heading', text: 'Exceptions' },
    {
      kind: 'checks',
      checks: granted.map(({ at, actor, data }) => ({
        state: 'warning',
        text: `${data.gate}: ${data.reason}`,
        detail: `${actor}, ${formatMoment(timeOf(at), spec.window.timeZone)}`,
      })),
    },
  ];
}

function historyBlocks({ events, spec }: ReleasePlan): readonly Block[] {
  if (events.length === 0) return [];
  return [
    { kind: 'heading', text: `History (times in ${spec.window.timeZone})` },
    {
      kind: 'table',
      columns: ['no', 'at', 'event', 'by'],
      rows: events.map((event) => [
        String(event.seq),
        wallClock(timeOf(event.at), spec.window.timeZone),
        event.simulated ? `${event.type} (simulated)` : event.type,
        event.actor,
      ]),
    },
  ];
}
