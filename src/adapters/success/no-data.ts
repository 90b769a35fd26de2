import type { NoDataReason, Reading } from '../../ports/metrics.ts';

/** No data, as a reading. */
export function noData(reason: NoDataReason, detail: string): Reading<never> {
  return { ok: false, noData: { reason, detail } };
}

/**
 * A finite number out of what a database, a document or a file holds: numbers, and texts that are one (PostgreSQL gives
 * `numeric` and `bigint` as text, so that nothing is lost). Nothing else becomes a number: not an empty text, not a boolean.
 */
export function numberOf(value: unknown, where: string): Reading<number> {
  if (value === null || value === undefined) return noData('empty', `${where} is empty`);
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? { ok: true, value: number } : noData('not-a-number', `${where} is not a number`);
}
