import type { SuccessMetric } from '../domain/success/metric.ts';
import type { Reading } from './metrics.ts';

/** Where a success metric is measured; every kind but `hand` and `prometheus`, which have ports of their own. */
export type MeasuredSource = Extract<NonNullable<SuccessMetric['source']>, { kind: 'sql' | 'http' | 'csv' }>;

/**
 * Reads success metrics from databases, web services and files. Reading never throws for missing data: what is not one finite
 * number is a typed NoData. Secrets are looked up by the name of their environment variable and never stand in a detail.
 */
export interface SuccessSource {
  /** The value of one day. */
  read(source: MeasuredSource, day: MeasuredDay): Promise<Reading<number>>;
}

/** A calendar day in the zone of the change window. */
export interface MeasuredDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Its beginning (included) and end (not included), milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}
