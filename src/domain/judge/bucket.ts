import { readSelector, type Selector } from '../../plan/promql/selector.ts';
import type { Slo } from '../../plan/spec.ts';

/** The histogram of a latency SLO: all of its buckets, and the edge that is the threshold. */
export interface Bucket {
  readonly selector: Selector;
  readonly edge: number;
}

/** The histogram of a latency SLO; `undefined` for other SLOs. */
export function bucketOf(slo: Pick<Slo, 'good'>): Bucket | undefined {
  const selector = readSelector(slo.good);
  if (typeof selector === 'string') return undefined;
  const le = selector.matchers.find(({ label, operator }) => label === 'le' && operator === '=');
  const edge = Number(le?.value);
  if (le === undefined || le.value.trim() === '' || !Number.isFinite(edge)) return undefined;
  return { selector: { ...selector, matchers: selector.matchers.filter((one) => one !== le) }, edge };
}
