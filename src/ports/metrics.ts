/**
 * A metrics store (Prometheus). Reading never throws for missing data: what is not a number that can be trusted is a
 * typed {@link NoData}, because no data is never a pass.
 */
export interface Metrics {
  /**
   * How much a counter grew over a span, summed over all its series. A reset of a series is a restart from zero, and a
   * series that first appears within the span started from zero: the first error of a new pod counts.
   * @param selector counter selector such as `http_requests_total{service="web"}`
   * @param matchers further label matchers such as `track="canary"`, added to the selector
   * @param span from (exclusive) to (inclusive), milliseconds since the epoch
   */
  increase(selector: string, matchers: readonly string[], span: Span): Promise<Reading<Increase>>;
  /**
   * The raw samples of a counter within a span, whole series at a time. A series that had a sample before the span, however long ago, has its
   * last one in front, so that nothing is counted from zero that did not begin there. No series is an empty list.
   * @param isKnown of who reads on and on: whether it has had a series before. What lies before the span is then left out where it has had all of them
   */
  samples(
    selector: string,
    matchers: readonly string[],
    span: Span,
    isKnown?: IsKnown,
  ): Promise<Reading<readonly SampledSeries[]>>;
  /** Targets that are still to be scraped and have not been reached for a while, by `job` and `instance`. */
  lostTargets(at: number): Promise<Reading<readonly Readonly<Record<string, string>>[]>>;
  /** One number of a PromQL query at a moment (milliseconds since the epoch). */
  scalar(query: string, at: number): Promise<Reading<number>>;
  /** Spans without samples of the selector that are longer than `longerThanSeconds`, within `span`. */
  gaps(
    selector: string,
    matchers: readonly string[],
    span: Span,
    longerThanSeconds: number,
  ): Promise<Reading<readonly Span[]>>;
}

/** Whether a series, by its labels, was read before. */
export type IsKnown = (labels: SampledSeries['labels']) => boolean;

/** Raw samples of one series. */
export interface SampledSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly points: readonly SamplePoint[];
}

/** One sample. */
export interface SamplePoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** From `from` to `to`, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The growth of a counter over a span. */
export interface Increase {
  /** Sum over all series. */
  readonly total: number;
  /** The same for each series, keyed by its labels in canonical order. */
  readonly series: ReadonlyMap<string, number>;
  /**
   * The same sum for whole hours, counted back from the end of the span, oldest first; an hour without samples has 0. Only
   * where the span is longer than an hour.
   */
  readonly hours?: readonly HourGrowth[];
  /**
   * When each target was last sampled, milliseconds since the epoch: two counters of one target agree on it when they were read
   * from the same scrapes. Left out by a store whose answers cannot differ in that.
   */
  readonly sampledAt?: ReadonlyMap<string, number>;
}

/** The growth of a counter over an hour. */
export interface HourGrowth {
  /** End of the hour, milliseconds since the epoch. */
  readonly to: number;
  readonly total: number;
}

/** A number, or why there is none. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly noData: NoData };

/** Why there is no data. */
export interface NoData {
  readonly reason: NoDataReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** The ways in which a metrics store can have nothing trustworthy to say. */
export type NoDataReason =
  | 'unreachable'
  | 'timeout'
  | 'error'
  | 'warnings'
  | 'empty'
  | 'never-matched'
  | 'not-a-number'
  | 'stale'
  | 'too-few-samples'
  | 'several-values';
