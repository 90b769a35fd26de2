/**
 * Adds up the growth of counters from their samples, exactly: nothing is extrapolated, unlike PromQL's `increase()`, which
 * stretches the observed growth to the edges of the span and so gives a canary half an error.
 *
 * Growth between two neighbouring samples is their difference, or the later value when it is smaller (the counter restarted
 * from zero). Between the baseline, which is the last sample at or before the span, and the first sample in it, likewise; a
 * series without any baseline started from zero.
 */
export class Growth {
  private readonly bySeries = new Map<string, SeriesGrowth>();
  private readonly marks: Mark[] = [];
  private readonly born = new Set<string>();

  /** Takes the next sample of a series within the span, oldest first. Repeating the latest one adds nothing. */
  enter(key: string, labels: Readonly<Record<string, string>>, value: number): void {
    const series = this.series(key, labels);
    if (series.last === undefined) series.first = value;
    else series.grown += step(series.last, value);
    series.last = value;
  }

  /** Sets the last sample of a series at or before the start of the span. */
  setBaseline(key: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.series(key, labels).baseline = value;
  }

  /** When the series was last seen, in milliseconds since the epoch. */
  seen(key: string, labels: Readonly<Record<string, string>>, at: number): void {
    const series = this.series(key, labels);
    series.seenAt = Math.max(series.seenAt ?? at, at);
  }

  /** Keys of series with samples in the span but no baseline. */
  withoutBaseline(): readonly string[] {
    return [...this.bySeries].filter(([, s]) => s.last !== undefined && s.baseline === undefined).map(([key]) => key);
  }

  /** What is known of each series. */
  all(): ReadonlyMap<string, Readonly<SeriesGrowth>> {
    return this.bySeries;
  }

  /** Growth over the span of each series that has samples in it. */
  totals(): ReadonlyMap<string, number> {
    const totals = new Map<string, number>();
    for (const [key, { first, baseline, grown }] of this.bySeries) {
      if (first !== undefined) totals.set(key, grown + step(baseline ?? 0, first));
    }
    return totals;
  }

  /** Ends a stretch of the span at a moment: what was entered since the mark before belongs to it. */
  mark(at: number): void {
    let grown = 0;
    const born: string[] = [];
    for (const [key, series] of this.bySeries) {
      grown += series.grown;
      if (series.first === undefined || this.born.has(key)) continue;
      this.born.add(key);
      born.push(key);
    }
    this.marks.push({ at, grown, born });
  }

  /** Growth over each stretch between two marks, by its end. To be asked when all baselines are known. */
  stretches(): readonly { readonly to: number; readonly total: number }[] {
    const begun = (key: string): number => {
      const { first = 0, baseline = 0 } = this.bySeries.get(key) ?? {};
      return step(baseline, first);
    };
    return this.marks.slice(1).map((mark, index) => ({
      to: mark.at,
      total: mark.born.reduce((sum, key) => sum + begun(key), mark.grown - (this.marks[index]?.grown ?? 0)),
    }));
  }

  private series(key: string, labels: Readonly<Record<string, string>>): SeriesGrowth {
    const known = this.bySeries.get(key);
    if (known !== undefined) return known;
    const fresh: SeriesGrowth = {
      labels,
      grown: 0,
      first: undefined,
      last: undefined,
      baseline: undefined,
      seenAt: undefined,
    };
    this.bySeries.set(key, fresh);
    return fresh;
  }
}

/** How far all series together had grown at a moment, and which had their first sample since the mark before. */
interface Mark {
  readonly at: number;
  readonly grown: number;
  readonly born: readonly string[];
}

/** A series while it is added up. */
export interface SeriesGrowth {
  readonly labels: Readonly<Record<string, string>>;
  grown: number;
  first: number | undefined;
  last: number | undefined;
  baseline: number | undefined;
  seenAt: number | undefined;
}

function step(before: number, after: number): number {
  return after >= before ? after - before : after;
}
