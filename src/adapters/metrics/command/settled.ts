import type { SampledSeries, Span } from '../../../ports/metrics.ts';
import { seriesKey } from '../../prometheus/selector.ts';
import type { Counted, CountedSeries } from './program.ts';

interface Ledger {
  readonly labels: CountedSeries['labels'];
  /** End of a stretch with all events up to it, oldest first; the first is zero, where the first stretch began. */
  readonly points: { at: number; value: number }[];
}

/**
 * Counts as counters: what the judge reads are totals that only grow, over many questions. What was counted of a stretch once stays, since a
 * store that corrects itself later would let a total shrink.
 */
export class Settled {
  private readonly byQuestion = new Map<string, Map<string, Ledger>>();

  /** Takes in an answer and gives the counters within the span, each with its last point before it. */
  counters(question: string, { interval, series }: Counted, span: Span): readonly SampledSeries[] {
    const known = this.byQuestion.get(question) ?? new Map<string, Ledger>();
    this.byQuestion.set(question, known);
    for (const one of series) enter(known, one, interval);
    return [...known.values()].flatMap(({ labels, points }) => {
      const within = points.filter(({ at }) => at > span.from && at <= span.to);
      const before = points.findLast(({ at }) => at <= span.from);
      return within.length === 0 ? [] : [{ labels, points: [...(before === undefined ? [] : [before]), ...within] }];
    });
  }
}

function enter(known: Map<string, Ledger>, { labels, counts }: CountedSeries, interval: number): void {
  const key = seriesKey(labels);
  const [first] = counts;
  if (first === undefined) return;
  const ledger = known.get(key) ?? { labels, points: [{ at: first.at - interval, value: 0 }] };
  known.set(key, ledger);
  for (const { at, count } of counts) {
    const last = ledger.points.at(-1);
    if (last !== undefined && at > last.at) ledger.points.push({ at, value: last.value + count });
  }
}
