import type { Spec } from '../plan/spec.ts';

/** The people of a simulated company: they bear the names of the plan's owners and answer every question of the process. */
export interface People {
  /** The author of the plan. */
  readonly author: string;
  /** The members of the CAB who may vote: the author does not count. */
  readonly board: readonly string[];
  readonly qaLead: string;
  readonly operator: string;
  cabVote(member: string): CabVote;
  qaFindings(): QaFindings;
  /** What a person answers who looks at something by hand. */
  manualCheck(name: string): { readonly ok: boolean };
  reviewFindings(): ReviewFindings;
}

/** A vote as the CAB casts it. */
export interface CabVote {
  readonly decision: 'go' | 'no-go';
  readonly operationalReadiness: boolean;
  readonly securityReview: boolean;
  readonly impactAssessment: boolean;
  readonly comment: string;
}

/** What QA hands over: a verdict, each feature test, and the regression report as JUnit XML. */
export interface QaFindings {
  readonly decision: 'pass' | 'reject';
  readonly features: readonly { readonly id: string; readonly ok: boolean }[];
  readonly junit: string;
  readonly comment: string;
}

/** What a review meeting hands over. */
export interface ReviewFindings {
  readonly attended: { readonly product: readonly string[]; readonly rd: readonly string[] };
  readonly lessons: readonly string[];
  readonly debts: readonly {
    readonly text: string;
    readonly owner: string;
    readonly due: string;
    readonly ticket: string;
  }[];
  readonly outcome: 'success' | 'partial' | 'failure';
}

/** A stage for rehearsals: a simulated company of its own, where any of its people can be spoken for. */
export interface RehearsalStage<C> {
  /** Moves the virtual clock forward to a moment; backwards does nothing. */
  advanceTo(at: number): void;
  /** Milliseconds since the epoch on the virtual clock. */
  now(): number;
  people(spec: Spec): People;
  /** Switches a fault on. Errors: `usage.bad-flag` for an unknown name. */
  fault(name: string): void;
  /** What a use case needs to be carried out by this person on the stage. */
  contextAs(person: string): C;
  /** Puts a file where the workspace finds it. */
  provide(path: string, text: string): void;
  close(): Promise<void>;
}
