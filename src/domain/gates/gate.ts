import type { OrderFault } from '../../plan/order/fault.ts';
import type { Policy, SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ChangeRecord } from '../../ports/change-records.ts';
import type { ReleaseState } from '../history/state.ts';
import type { PlanFinding } from '../plan-rules/plan-check.ts';
import type { Phase } from '../process/phases.ts';

/** What a gate looks at. Gathered by the use case; a gate itself reads nothing and knows no clock. */
export interface GateFacts {
  readonly plan: Pick<ReleasePlan, 'id' | 'metadata' | 'spec' | 'specDigest' | 'textDigest'>;
  readonly state: ReleaseState;
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who gives the command; `undefined` when the question is only what blocks the release. */
  readonly actor: string | undefined;
  /** True where the command is known to say no: that takes no independence. */
  readonly objects?: boolean;
  readonly others: readonly OtherRelease[];
  /** Ids of releases whose plan does not read, so that nobody knows what they change and when. */
  readonly unread?: readonly string[];
  /** Other releases of which nobody knows whether they still hold their window, as sentences; `undefined` where it was not asked. */
  readonly doubtful?: readonly string[];
  /**
   * What the rules of the plan find: a question, because only the gates of a plan that is not approved yet ask it, and whoever spreads these facts must
   * not ask it by that. Reading the queries of a plan takes a fifth of a `status`.
   */
  readonly findings: () => readonly PlanFinding[];
  /** Whether approvals are signed; `undefined` where the question is not asked. */
  readonly signing?: SigningFacts;
  /** Events that the process could not have recorded where they stand, since the plan was reopened last. */
  readonly disorder?: readonly OrderFault[];
  /** Signed acts that were committed and are gone from the history, as sentences; `undefined` where it was not asked. */
  readonly lost?: readonly string[];
  /** What differs between what was submitted or staged and what there is now; `undefined` where it was not compared. */
  readonly differences?: readonly string[];
  /** What looks at production and is another than what was submitted; `undefined` where it was not compared. */
  readonly watched?: readonly string[];
  /** In what a way back would not be that of what was deployed, where it was; `undefined` where it was not compared. */
  readonly elsewhere?: readonly string[];
  /** The branch that files are held against, as git names it; looked up where one of the two above says something. */
  readonly reviewed?: string;
  /** Why the kept series of the canary does not prove its verdict; `undefined` where it does, or was not asked. */
  readonly unproven?: string;
  /** The change record, or why nothing is known of it; `undefined` where it was not asked for. */
  readonly change?: ChangeRecord | { readonly unknown: string };
}

/** What gates and pages need to know of signatures. */
export interface SigningFacts {
  readonly mode: 'required' | 'unsigned' | 'simulated';
  /** Approvals of this round that are recorded and do not count, each with the reason and who acts again. */
  readonly refused: readonly {
    readonly act: SignedAct;
    readonly sentence: string;
    readonly who: string;
    readonly command: string;
  }[];
  /** What says no and is not proved: it needs no proof to keep a release back. */
  readonly objections?: readonly { readonly sentence: string; readonly who: string; readonly command: string }[];
  /** Why signatures cannot be checked at all now. Nothing is approved then, but a release can still be taken back. */
  readonly trouble?: { readonly sentence: string; readonly command: string };
  /** Addresses with a hand in the candidate; `undefined` when they cannot be read here or nobody asks. */
  readonly contributors: readonly string[] | undefined;
}

/** Another release of the repository, for clashes. */
export interface OtherRelease {
  readonly id: string;
  readonly phase: Phase;
  readonly services: readonly string[];
  readonly span: { readonly start: number; readonly end: number };
  /** Its window for people. */
  readonly window?: string;
}

/** The gates of the process with what each asks for, and whether a reasoned exception can stand in: time rules only. */
export const GATES = {
  'phase.order': { title: 'steps are taken in order', exceptionable: false },
  'role.allowed': { title: 'the step is taken by somebody with the role', exceptionable: false },
  'plan.complete': { title: 'the plan is complete and consistent', exceptionable: false },
  'candidate.approved': { title: 'the branches of the candidate are approved by somebody else', exceptionable: true },
  'time.cab-lead': { title: 'the plan reaches the CAB early enough before the window', exceptionable: true },
  'time.staging-lead': { title: 'the candidate reaches staging early enough before the window', exceptionable: true },
  'time.window-ahead': { title: 'the change window is not over', exceptionable: true },
  'time.window-open': { title: 'the change window is open', exceptionable: true },
  'time.no-freeze': { title: 'no change freeze covers the window', exceptionable: true },
  'time.change-window': {
    title: 'the window is within the times at which the policy allows changes',
    exceptionable: true,
  },
  'time.no-clash': { title: 'no other release has the same services at the same time', exceptionable: true },
  'history.order': { title: 'the history is one that the process writes', exceptionable: false },
  'history.whole': { title: 'no signed act was taken out of the history', exceptionable: false },
  'bound.same': { title: 'what decides is what was submitted and staged', exceptionable: false },
  'approval.genuine': { title: 'approvals are signed by those who gave them', exceptionable: false },
  'approval.objection': { title: 'nobody objects, proved or not', exceptionable: false },
  'deployer.separate': { title: 'the deployer did not approve the release', exceptionable: false },
  'approval.not-contributor': { title: 'nobody approves their own commits', exceptionable: false },
  'cab.member': { title: 'only members of the Change Advisory Board vote', exceptionable: false },
  'cab.not-author': { title: 'nobody approves their own plan', exceptionable: false },
  'cab.once': { title: 'each person votes under one address', exceptionable: false },
  'cab.current': { title: 'the board votes on the text that was submitted', exceptionable: false },
  'cab.go': { title: 'the CAB gave its Go for exactly this plan', exceptionable: false },
  'cab.not-expired': { title: 'the submission or the Go is recent enough to count', exceptionable: false },
  'cab.conditions': { title: 'the conditions of the Go are met', exceptionable: false },
  'stage.current': { title: 'exactly this plan is in staging', exceptionable: false },
  'signoff.separate': { title: 'the sign-offs come from different people', exceptionable: false },
  'signoff.qa': { title: 'QA signed off on what is in staging', exceptionable: false },
  'signoff.ops': { title: 'Operations signed off on what is in staging', exceptionable: false },
  'change.approved': { title: 'the change record is approved and has the window of the plan', exceptionable: false },
  'canary.passed': { title: 'the canary was judged and passed', exceptionable: false },
  'hypercare.elapsed': { title: 'the hypercare time has passed', exceptionable: true },
  'hypercare.healthy': { title: 'the last hypercare observation is healthy', exceptionable: false },
  'hypercare.coverage': { title: 'there is data for enough of the hypercare time', exceptionable: false },
  'incidents.closed': { title: 'no incident that is linked to the release is open', exceptionable: false },
  'incidents.quiet': { title: 'the last severe incident is long enough ago', exceptionable: true },
  'hypercare.closed': { title: 'hypercare was signed off', exceptionable: false },
  'time.review': { title: 'the week of success metrics has passed', exceptionable: true },
} as const;

/** A key of the registry. */
export type GateName = keyof typeof GATES;

/** Why a gate stays shut: a sentence, who can open it, and with which command. */
export interface Refusal {
  readonly gate: GateName;
  readonly sentence: string;
  readonly who: readonly string[];
  readonly command: string;
  readonly exceptionable: boolean;
  /** What is given after the command, in this order. */
  readonly afterwards?: readonly string[];
  /** Other commands that open it as well. */
  readonly suggestions?: readonly string[];
  /** When time alone opens it, in milliseconds since the epoch; not set where somebody has to act. */
  readonly opensAt?: number;
}

/** One gate's rule. */
export type GateRule = (facts: GateFacts) => Refusal | undefined;

/** Builds a refusal; whether an exception is possible comes from the registry. */
export function refuse(
  gate: GateName,
  sentence: string,
  unblock: Pick<Refusal, 'who' | 'command' | 'afterwards' | 'suggestions' | 'opensAt'>,
): Refusal {
  return { gate, sentence, ...unblock, exceptionable: GATES[gate].exceptionable };
}
