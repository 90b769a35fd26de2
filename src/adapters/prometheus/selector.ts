import { readMatchers, readSelector, type Selector } from '../../plan/promql/selector.ts';

/**
 * Reads a selector and adds further matchers, each such as `track="canary"` or several with commas between them.
 * @returns the selector, or a sentence that says what is wrong and where
 */
export function selectorWith(text: string, further: readonly string[]): Selector | string {
  const selector = readSelector(text);
  if (typeof selector === 'string') return selector;
  const matchers = [...selector.matchers];
  for (const one of further) {
    const added = readMatchers(one);
    if (typeof added === 'string') return added;
    if (added.length === 0) return `${JSON.stringify(one)} is no matcher where one such as track="canary" belongs`;
    matchers.push(...added);
  }
  return { metric: selector.metric, matchers };
}

/** The key of a series: its labels in alphabetical order, without the metric's name, as PromQL writes them. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).filter((label) => label !== '__name__');
  return `{${names
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`)
    .join(',')}}`;
}
