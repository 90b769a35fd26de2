import { formatCount, formatPercent } from '../../text/figures.ts';
import { badRatio, type Counts } from './look.ts';

/** `3 of 1,200 (0.25%)`. */
export function share(counts: Counts): string {
  return `${formatCount(counts.bad)} of ${formatCount(counts.total)} (${formatPercent(badRatio(counts))})`;
}

/** Three significant digits, no exponent. */
export function short(value: number): string {
  if (value >= 100) return formatCount(value);
  return String(Number(value.toPrecision(3)));
}
