import type { EventData, EventOf } from '../../plan/events.ts';
import { isInProduction, type Phase } from '../process/phases.ts';
import type { StoppedRollback } from '../process/stopped.ts';
import type { ProvenanceFinding } from '../provenance/verdict.ts';

/**
 * What the recorded events of a release amount to, by `fold.ts`, so that the phase is never a field that could disagree with
 * the history.
 */
export interface ReleaseState {
  readonly phase: Phase;
  /** Those who created or reopened the plan, and whoever submitted it: they do not approve it. */
  readonly authors: readonly string[];
  /**
   * Those of them who said so themselves: they have no seat on the board. Whom only an unsigned event names keeps theirs, and with it their
   * No-Go and their part of the quorum.
   */
  readonly seatless: readonly string[];
  /** Events of the sandbox only: nothing here says anything about a real release. */
  readonly simulated: boolean;
  readonly cab: CabState | undefined;
  readonly conditions: readonly Condition[];
  readonly stage: StageState | undefined;
  readonly signoffs: { readonly qa?: EventOf<'signoff.recorded'>; readonly ops?: EventOf<'signoff.recorded'> };
  readonly deployment: DeploymentState | undefined;
  /** The number of the latest staging and deployment attempts; 0 before the first. */
  readonly attempts: { readonly stage: number; readonly deploy: number };
  readonly verification: EventOf<'verify.recorded'> | undefined;
  readonly hypercare: HypercareState | undefined;
  /** Incidents that were linked to the release, in the order in which they were opened. */
  readonly incidents: readonly Incident[];
  /** Daily observations of the success metrics since the deployment. */
  readonly successDays: readonly EventOf<'success.observed'>[];
  readonly success: EventOf<'success.judged'> | undefined;
  readonly invited: EventOf<'review.invited'> | undefined;
  readonly review: EventOf<'review.closed'> | undefined;
  /** What the Product Manager chose last for the draft. */
  readonly chosen: EventOf<'branches.chosen'> | undefined;
  readonly exceptions: readonly EventOf<'exception.granted'>[];
  readonly outbox: readonly OutboxEntry[];
  readonly change: ChangeState;
  /** The last event that says which text people saw and approved. */
  readonly subject: { readonly specDigest: string; readonly textDigest: string } | undefined;
}

/** The CAB's review of one submission. */
export interface CabState {
  readonly round: number;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly specDigest: string;
  /** What the board reads, as it was kept with the submission. */
  readonly packet: readonly { readonly file: string; readonly sha256: string }[];
  /** What was bound with the submission. */
  readonly bound?: { readonly file: string; readonly sha256: string } | undefined;
  /** The latest vote of each person. */
  readonly votes: readonly EventOf<'cab.voted'>[];
  readonly decision: EventOf<'cab.decided'> | undefined;
}

/** A condition that was attached to a Go. */
export interface Condition {
  readonly text: string;
  readonly owner: string;
  readonly due: string;
  readonly by: string;
  readonly closed: boolean;
}

/** The latest deployment to staging. */
export interface StageState {
  readonly attempt: number;
  readonly specDigest: string;
  readonly commit: string;
  readonly result: 'running' | 'completed' | 'failed';
  readonly at: string;
  /** Image ids of the running pods, by service. */
  readonly images: Readonly<Record<string, readonly string[]>>;
  /** Ids of what ran beside those, by service and by the image as it is written. */
  readonly imagesBeside?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined;
  /** The kept objects of staging and production, as they were then. */
  readonly manifests?: { readonly file: string; readonly sha256: string } | undefined;
  /** What was bound with the staging. */
  readonly bound?: { readonly file: string; readonly sha256: string } | undefined;
  /** What was found of the provenance of the images, where the policy asked. */
  readonly provenance?: readonly ProvenanceFinding[] | undefined;
}

/** The latest deployment to production. */
export interface DeploymentState {
  readonly attempt: number;
  readonly started: EventOf<'deploy.started'>;
  /** Highest fence that was taken. */
  readonly fence: number;
  readonly steps: ReadonlyMap<string, StepState>;
  readonly verdict: EventOf<'canary.judged'> | undefined;
  readonly promoted: boolean;
  readonly result: 'running' | 'completed' | 'rolling-back' | 'rolled-back' | 'frozen';
  readonly abortedBy: string | undefined;
  /** What of its way back is proved; whoever takes that way records the rest anew, else it could be taken out again. */
  readonly provedBack: ReadonlySet<'deploy.aborted' | 'rollback.started'>;
  readonly rollbackReason: string | undefined;
  /** Why its rollback stands still, until somebody goes on with it. */
  readonly stopped: StoppedRollback | undefined;
  /** Who acted last, and when: the base of "orphaned since". */
  readonly lastActor: string;
  readonly lastAt: string;
  /** Who began to work on it last, when, and as which process. */
  readonly begunBy: string;
  readonly begunAt: string;
  readonly run: EventData<'deploy.started'>['run'];
  /** Who holds it, and whether they signed that: then nobody is at work, and nobody died. */
  readonly held: { readonly by: string; readonly proved: boolean } | undefined;
  readonly completedAt: string | undefined;
  /** Whether the end that is recorded, a deployment, a rollback or a freeze, is proved; false while there is none. */
  readonly isEndProved: boolean;
}

/** What is recorded of one step. */
export interface StepState {
  readonly state: 'intended' | 'completed' | 'failed';
  readonly at: string;
  /** When it was intended first. */
  readonly since: string;
  readonly data: EventData<'step.completed'> | undefined;
  /** Whether what is recorded last of it is proved. */
  readonly proved: boolean;
}

/** The time of elevated monitoring. */
export interface HypercareState {
  readonly startedAt: string;
  readonly until: string;
  readonly observations: readonly EventOf<'hypercare.observed'>[];
  readonly handOvers: readonly EventOf<'hypercare.handed-over'>[];
  readonly closed: EventOf<'hypercare.closed'> | undefined;
}

/** An incident that was linked to a release. */
export interface Incident {
  readonly ref: string;
  /** 1 is the worst. */
  readonly severity: number;
  readonly note: string;
  readonly by: string;
  readonly openedAt: string;
  readonly closedAt: string | undefined;
}

/** The change record of a release in the company's own system. */
export interface ChangeState {
  /** A release that ended and was reopened is another change. */
  readonly generation: number;
  readonly record: EventOf<'change-record.linked'> | undefined;
  /** When its creation was begun, as long as its end is not known. */
  readonly begunAt: string | undefined;
}

/** A message and what became of it. */
export interface OutboxEntry {
  readonly key: string;
  readonly topic: string;
  readonly text: string;
  readonly at: string;
  readonly channels: readonly string[];
  readonly sent: readonly string[];
  readonly failed: readonly string[];
  /** Channels that had failed, and that are said to have taken it since, which nothing proves. */
  readonly doubted: readonly string[];
}

/** The state of a release before anything was recorded. */
export const EMPTY_STATE: ReleaseState = {
  phase: 'draft',
  authors: [],
  seatless: [],
  simulated: false,
  cab: undefined,
  conditions: [],
  stage: undefined,
  signoffs: {},
  deployment: undefined,
  attempts: { stage: 0, deploy: 0 },
  verification: undefined,
  hypercare: undefined,
  incidents: [],
  successDays: [],
  success: undefined,
  invited: undefined,
  review: undefined,
  chosen: undefined,
  exceptions: [],
  outbox: [],
  change: { generation: 1, record: undefined, begunAt: undefined },
  subject: undefined,
};

/** True for a deployment that goes back: its rollback began, or somebody aborted it, whatever kept the rollback from beginning. */
export function isGoingBack(deployment: Pick<DeploymentState, 'result' | 'abortedBy'> | undefined): boolean {
  if (deployment === undefined) return false;
  const { result, abortedBy } = deployment;
  return result === 'rolling-back' || (result === 'running' && abortedBy !== undefined);
}

/**
 * True where a deployment is said to have ended and nothing proves it. The release may stand in production as it did before: whoever may write
 * can record an end, so it shuts no way back, and people are called as if there was none.
 */
export function isEndClaimed({ deployment }: Pick<ReleaseState, 'deployment'>): boolean {
  if (deployment === undefined || deployment.isEndProved) return false;
  return deployment.result !== 'running' && deployment.result !== 'rolling-back';
}

/**
 * True while production is neither what it was nor what it is to be: in a canary or a rollout, frozen, half-way back, or at an end that nothing
 * proves. A rollback of what was deployed keeps its phase until it is done, so the phase alone does not tell.
 */
export function standsInProduction(state: Pick<ReleaseState, 'phase' | 'deployment'>): boolean {
  return isInProduction(state.phase) || state.deployment?.result === 'rolling-back' || isEndClaimed(state);
}
