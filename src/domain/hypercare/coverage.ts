/** A stretch of time, milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The share of a span that no hole covers, 0 to 1. Holes may overlap and reach beyond the span; time in which any SLO was not
 * measured was not watched.
 */
export function coverageOf(span: Stretch, holes: readonly Stretch[]): number {
  const length = span.to - span.from;
  if (length <= 0) return 0;
  let missing = 0;
  let reached = span.from;
  for (const hole of [...holes].sort((a, b) => a.from - b.from)) {
    const from = Math.max(reached, hole.from);
    const to = Math.min(span.to, hole.to);
    if (to <= from) continue;
    missing += to - from;
    reached = to;
  }
  return 1 - missing / length;
}
