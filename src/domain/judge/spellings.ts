import { readSelector, writeSelector } from '../../plan/promql/selector.ts';

/**
 * The ways in which stores spell a selector's bucket edge, as it is written first: clients write `le="1"` or `le="1.0"`, and Prometheus 3
 * stores the second whatever it was sent. Source: Prometheus 3 migration guide, "`le` and `quantile` label values".
 * @param selector of a counter; one without a numeric edge has one spelling
 */
export function spellingsOf(selector: string): readonly string[] {
  const read = readSelector(selector);
  if (typeof read === 'string') return [selector];
  const le = read.matchers.find(({ label, operator }) => label === 'le' && operator === '=');
  const edge = Number(le?.value);
  if (le === undefined || le.value.trim() === '' || !Number.isFinite(edge)) return [selector];
  const other = [String(edge), Number.isInteger(edge) ? `${edge}.0` : String(edge)].filter((one) => one !== le.value);
  const spelled = [...new Set(other)].map((value) =>
    writeSelector({ ...read, matchers: read.matchers.map((one) => (one === le ? { ...one, value } : one)) }),
  );
  return [selector, ...spelled];
}
