import type { BakeLength } from './bake-length.ts';

/**
 * What a command tells while it works. Logic never prints: it emits these, and a renderer draws them for a terminal, as
 * plain lines, or as NDJSON. `type` is the discriminator; shapes only ever gain optional fields.
 */
export type Progress =
  | StepProgress
  /** Something is being waited for; repeated with fresh detail while it lasts. */
  | { readonly type: 'waiting'; readonly subject: string; readonly detail: string }
  /** An event was recorded in the plan. */
  | { readonly type: 'recorded'; readonly seq: number; readonly event: string }
  | {
      readonly type: 'notified';
      readonly topic: string;
      readonly channel: string;
      readonly ok: boolean;
      readonly text: string;
    }
  | ({ readonly type: 'canary.look' } & CanaryLook)
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly text: string };

/** A step of a longer work begins or ends. */
export interface StepProgress {
  readonly type: 'step';
  readonly step: string;
  readonly title: string;
  readonly state: 'started' | 'completed' | 'already-done' | 'failed';
  readonly detail?: string;
}

/** One look of the judge at the canary. */
export interface CanaryLook {
  /** Seconds since the bake began, and its planned length. */
  readonly elapsedSeconds: number;
  readonly bakeSeconds: number;
  /** What that length is made of. */
  readonly length?: BakeLength | undefined;
  /** Share of all requests that reached the canary, 0 to 1; `undefined` without data. */
  readonly share: number | undefined;
  readonly slos: readonly SloLook[];
  /** What the judge would say now, with its reason. */
  readonly verdict: string;
  readonly reason: string;
}

/** What the judge sees of one SLO. Counts are cumulative since the bake began. */
export interface SloLook {
  readonly name: string;
  readonly canary: { readonly bad: number; readonly total: number } | undefined;
  readonly control: { readonly bad: number; readonly total: number } | undefined;
  /** Evidence against the canary and the limit at which it is aborted, both as natural logarithms. */
  readonly evidence: number | undefined;
  readonly limit: number;
  readonly state: string;
  /** Why there is no data, when there is none. */
  readonly noData?: string;
}
