import type { Reading, Span } from './metrics.ts';

/** Incidents in the company's own system. What cannot be read is a typed `NoData` and never "none". */
export interface Incidents {
  /** What the system is called, such as `pagerduty`. */
  readonly system: string;
  /** Those that were opened in a span, oldest first. */
  opened(span: Span): Promise<Reading<readonly FoundIncident[]>>;
}

/** An incident as its system has it. */
export interface FoundIncident {
  /** What people call it; the same whenever it is read. */
  readonly ref: string;
  readonly title: string;
  /** 1 is the worst, 5 the least. */
  readonly severity: number;
  readonly isOpen: boolean;
}
