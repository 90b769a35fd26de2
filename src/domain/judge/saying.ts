import { badRatio, type Counts } from './look.ts';

/** `3 of 1,200 (0.25%)`. */
export function share(counts: Counts): string {
  return `${count(counts.bad)} of ${count(counts.total)} (${percent(badRatio(counts))})`;
}

/** `40 s`. */
export function seconds(value: number): string {
  return `${short(value)} s`;
}

/** A whole number with its thousands apart. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A ratio as percent. */
export function percent(ratio: number): string {
  return `${short(ratio * 100)}%`;
}

/** Three significant digits, no exponent. */
export function short(value: number): string {
  if (value >= 100) return count(value);
  return String(Number(value.toPrecision(3)));
}
