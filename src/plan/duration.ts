import { formatSeconds } from '../text/figures.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds in a duration such as `15m`; the schema has already checked its form. */
export function durationSeconds(duration: string): number {
  const unit = duration.slice(-1) as keyof typeof SECONDS;
  return Number(duration.slice(0, -1)) * SECONDS[unit];
}

/** A duration such as `15m` as people read it: `15 min`. */
export function sayDuration(duration: string): string {
  return formatSeconds(durationSeconds(duration));
}

/** A percentage such as `99.5%` as a ratio, 0.995. */
export function percentRatio(percent: string): number {
  return Number(percent.slice(0, -1)) / 100;
}
