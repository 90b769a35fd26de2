import type { ReleaseSummary, UnreadablePlan } from '../domain/history/release-summary.ts';
import type { NewEvent } from '../plan/chain.ts';
import type { EventType } from '../plan/events.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';

/**
 * Where the Release Plan Documents and their evidence lie. Errors: `plan.*`.
 *
 * Every write replaces the whole file atomically, and only if the file is still the one that was read
 * (`plan.changed-underneath` otherwise, with the difference): a crash leaves the old file or the new one.
 */
export interface PlanStore {
  /** Ids of all plans, in alphabetical order. */
  list(): Promise<readonly string[]>;
  /**
   * What each plan tells the others, in alphabetical order; quick also where there are thousands. Only what it holds is looked
   * at: that a plan has a summary does not mean that the rest of it is valid.
   */
  summaries(): Promise<readonly (ReleaseSummary | UnreadablePlan)[]>;
  /**
   * The same for people who look at all plans: of the `most` that matter most (those that go on, then the latest windows) each
   * is also read in whole, so that one that no command could work with is named.
   */
  survey(most: number): Promise<Survey>;
  /** Reads and checks a plan. Errors: `plan.bad-id`, `plan.not-found`, `plan.outside-releases`, and all of the reader's. */
  load(id: string): Promise<ReleasePlan>;
  /** Writes a new plan from the text above `status`. Errors: `plan.exists`, and all of the reader's: what could not be read is not written. */
  create(id: string, head: string): Promise<ReleasePlan>;
  /** Puts another text above `status`, the history stays. */
  rewrite(plan: ReleasePlan, head: string): Promise<ReleasePlan>;
  /** Appends events to the history in one write; the phase is computed from them. */
  append(plan: ReleasePlan, events: readonly NewEvent<EventType>[]): Promise<ReleasePlan>;
  /** Keeps a file beside the plan, in `releases/<id>/`; same name and bytes twice is fine, other bytes get a numbered name. */
  keep(id: string, name: string, content: string | Uint8Array): Promise<Evidence>;
  /** Reads a kept file. Errors: `plan.evidence-mismatch` when it is gone or not what was kept. */
  read(id: string, evidence: Evidence): Promise<Uint8Array>;
}

/** What {@link PlanStore.survey} came to. */
export interface Survey {
  /** In alphabetical order. */
  readonly entries: readonly (ReleaseSummary | UnreadablePlan)[];
  /** Ids of the plans of which only what the summary holds was looked at. */
  readonly headOnly: readonly string[];
}

/** A file that lies beside the plan, bound to it by its digest. */
export interface Evidence {
  /** Name below `releases/<id>/`. */
  readonly file: string;
  readonly sha256: string;
}
