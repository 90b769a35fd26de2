import { canonicalSelector, type Matcher } from '../../plan/promql/selector.ts';
import type { NoData, NoDataReason } from '../../ports/metrics.ts';
import { parseMatchers, parseSelector } from './matcher.ts';
import { METRICS } from './series.ts';
import type { Lessons, WorldState } from './world-state.ts';

/** The modelled series that a selector with further matchers means; `undefined` when it cannot be read. */
export function resolve(
  state: WorldState,
  selector: string,
  more: readonly string[],
): { readonly metric: string; readonly matchers: readonly Matcher[] } | undefined {
  const own = parseSelector(selector);
  const further = more.map(parseMatchers);
  if (own === undefined || further.includes(undefined)) return undefined;
  const added = further.flatMap((each) => each ?? []);
  const lesson = lessonFor(state.lessons, canonicalSelector(own));
  if (lesson === undefined) return { metric: own.metric, matchers: [...own.matchers, ...added] };
  const service: Matcher = { label: 'service', operator: '=', value: lesson.service };
  if (lesson.counts === 'fast') {
    const le: Matcher = { label: 'le', operator: '=', value: String(lesson.le) };
    return { metric: METRICS[1], matchers: [service, le, ...added] };
  }
  const good: Matcher = { label: 'code', operator: '!~', value: '5..' };
  return { metric: METRICS[0], matchers: [service, ...(lesson.counts === 'good' ? [good] : []), ...added] };
}

/** A reading that is none. */
export function none(reason: NoDataReason, detail: string): { readonly ok: false; readonly noData: NoData } {
  return { ok: false, noData: { reason, detail: `simulated: ${detail}` } };
}

function lessonFor(lessons: Lessons, selector: string): Lessons['selectors'][number] | undefined {
  return lessons.selectors.find((each) => each.selector === selector);
}
