import type { EventOf, EventType, ForgeProof, RecordedEvent, RecordedSignature } from '../../plan/events.ts';
import type { Policy, Role, SignedAct } from '../../plan/policy.ts';
import { WITHOUT_SIGNATURE } from '../../plan/unsigned.ts';

/** How one kind of act is signed. */
interface ActRule {
  readonly events: readonly EventType[];
  /** SSH signature namespace: a signature for one act can never be read as one for another. */
  readonly namespace: string;
  /** Where the act takes effect; part of the statement. */
  readonly environment: 'staging' | 'production';
  readonly title: string;
}

/** Everything that a person can sign. Namespaces are the grants of `allowed_signers`, so they never change their meaning. */
export const ACTS = {
  /** What the board is asked, and that it is asked no more: whoever reopens a plan takes every approval back. */
  submit: {
    events: ['cab.submitted', 'plan.reopened'],
    namespace: 'cab-submission@relctl.dev',
    environment: 'production',
    title: 'submission to the CAB',
  },
  cab: { events: ['cab.voted'], namespace: 'cab-decision@relctl.dev', environment: 'production', title: 'vote' },
  condition: {
    events: ['condition.closed'],
    namespace: 'condition@relctl.dev',
    environment: 'production',
    title: 'closing of a condition',
  },
  branches: {
    events: ['branches.chosen'],
    namespace: 'branch-choice@relctl.dev',
    environment: 'production',
    title: 'choice of branches',
  },
  exception: {
    events: ['exception.granted'],
    namespace: 'exception@relctl.dev',
    environment: 'production',
    title: 'exception',
  },
  qa: {
    events: ['signoff.recorded'],
    namespace: 'qa-signoff@relctl.dev',
    environment: 'staging',
    title: 'QA sign-off',
  },
  ops: {
    events: ['signoff.recorded'],
    namespace: 'ops-signoff@relctl.dev',
    environment: 'staging',
    title: 'Operations sign-off',
  },
  /** The record of what was done, by whoever or whatever did it: later steps and the audit go by it. */
  stage: {
    events: ['stage.started', 'stage.completed'],
    namespace: 'staging-record@relctl.dev',
    environment: 'staging',
    title: 'record of the staging',
  },
  deploy: {
    events: [
      'deploy.started',
      'deploy.resumed',
      'deploy.aborted',
      'step.intended',
      'step.completed',
      'step.failed',
      'canary.judged',
      'canary.held',
      'canary.promoted',
      'deploy.completed',
      'rollback.started',
      'rollback.completed',
      'release.frozen',
    ],
    namespace: 'deployment-record@relctl.dev',
    environment: 'production',
    title: 'record of the deployment',
  },
  /** The record of the time after the deployment: that it was verified, what was seen, and how it ended. */
  outcome: {
    events: [
      'verify.recorded',
      'hypercare.started',
      'hypercare.observed',
      'hypercare.extended',
      'incident.opened',
      'incident.closed',
      'success.observed',
      'success.judged',
      'review.closed',
    ],
    namespace: 'outcome-record@relctl.dev',
    environment: 'production',
    title: 'record of the outcome',
  },
  hypercare: {
    events: ['hypercare.closed'],
    namespace: 'hypercare-exit@relctl.dev',
    environment: 'production',
    title: 'hypercare sign-off',
  },
} as const satisfies Record<SignedAct, ActRule>;

/** What a record is called where its act has more kinds of them. */
const TITLES: { readonly [T in EventType]?: string } = {
  'plan.reopened': 'reopening',
  'stage.started': 'beginning of the staging',
  'deploy.resumed': 'resumption of the deployment',
  'deploy.aborted': 'abort of the deployment',
  'canary.held': 'hold of the canary',
  'rollback.started': 'beginning of the rollback',
  'release.frozen': 'freeze',
};

/** What an event that somebody signs is called. */
export function titleOf(type: EventType, act: SignedAct): string {
  return TITLES[type] ?? ACTS[act].title;
}

/** What CI signs of votes that it collected on a forge: what it saw, in nobody's name. */
const FORGE_NAMESPACE = 'forge-vote@relctl.dev';

/** The review on a forge that an approval was given by; `undefined` for one that its person signed. */
export function forgeProofOf(event: Pick<RecordedEvent, 'data'>): ForgeProof | undefined {
  return (event.data as { readonly authenticatedBy?: ForgeProof }).authenticatedBy;
}

/** The namespace in which the signature under an event is made. */
export function namespaceOf(event: Pick<RecordedEvent, 'data'>, act: SignedAct): string {
  return forgeProofOf(event) === undefined ? ACTS[act].namespace : FORGE_NAMESPACE;
}

/** Whose key signs an event: its person's, or of whoever collected it on a forge. */
export function signerOf(event: Pick<RecordedEvent, 'actor' | 'data'>): string {
  return forgeProofOf(event)?.collectedBy ?? event.actor;
}

/** Which act an event records, or `undefined` for what nobody signs. */
export function actOf(event: Pick<RecordedEvent, 'type' | 'data'>): SignedAct | undefined {
  if (event.type === 'step.intended' || event.type === 'step.completed' || event.type === 'step.failed') {
    return isSignedStep(event as EventOf<'step.intended' | 'step.completed' | 'step.failed'>) ? 'deploy' : undefined;
  }
  if (event.type === 'signoff.recorded') return (event.data as EventOf<'signoff.recorded'>['data']).role;
  const found = Object.entries(ACTS).find(([, rule]) => (rule.events as readonly EventType[]).includes(event.type));
  return found?.[0] as SignedAct | undefined;
}

/**
 * True for the steps whose end a later run has to believe, because the cluster cannot tell it again once its Jobs are cleaned up or
 * production is another: what production ran before, and what was done to the data. All other steps are simply done again.
 */
export function isKeptStep(step: string): boolean {
  return ['baseline@', 'migrate:', 'job:', UNDONE].some((kept) => step.startsWith(kept));
}

/** The step that undoes the migrations. */
export const UNDONE = 'undo:migrations';

function isSignedStep({ type, data: { step } }: EventOf<'step.intended' | 'step.completed' | 'step.failed'>): boolean {
  if (type === 'step.completed') return isKeptStep(step);
  // That a Job is let run, and that it did not run, is known by the record alone once the Job is gone.
  return step.startsWith('job:') || (type === 'step.intended' && isWatch(step));
}

/**
 * True for what is signed where it is recorded, and says no more than what is looked at either way where it is not: older releases did not sign
 * it, and a way back has no key at times. Only signed it is believed.
 */
export function standsUnsigned({ type, data }: Pick<RecordedEvent, 'type' | 'data'>): boolean {
  const { step = '' } = data as { readonly step?: string };
  return (
    (type === 'step.completed' && step === UNDONE) ||
    ((type === 'step.intended' || type === 'step.failed') && step.startsWith('job:'))
  );
}

/** True for the beginning of a staging whose signed end names it: older releases did not sign it. */
export function isNamedByItsEnd(events: readonly RecordedEvent[], index: number): boolean {
  const event = events[index];
  if (event?.type !== 'stage.started') return false;
  return events
    .slice(index + 1)
    .some(
      (one) =>
        one.type === 'stage.completed' && one.data.attempt === event.data.attempt && signatureOf(one) !== undefined,
    );
}

/** True for the steps whose beginning says what the judge looks at, and that nothing else is written until it has. */
function isWatch(step: string): boolean {
  return step === 'bake' || step.startsWith('soak:');
}

/** The signature that an event carries. */
export function signatureOf(event: Pick<RecordedEvent, 'data'>): RecordedSignature | undefined {
  return (event.data as { readonly signature?: RecordedSignature }).signature;
}

/** Votes and sign-offs are always signed where signatures are required; the rest where the policy lists it. */
export function mustBeSigned(act: SignedAct, policy: Pick<Policy, 'signing'>): boolean {
  if (policy.signing.mode !== 'required') return false;
  return act === 'cab' || act === 'qa' || act === 'ops' || policy.signing.acts.includes(act);
}

/** The role of the plan that an approval belongs to. */
export const APPROVER_ROLES = { cab: 'cab', qa: 'qa', ops: 'operations' } as const satisfies Record<
  'cab' | 'qa' | 'ops',
  Role
>;

/** True for the acts that approve something. */
export function isApproval(act: SignedAct): act is keyof typeof APPROVER_ROLES {
  return Object.hasOwn(APPROVER_ROLES, act);
}

/** True for a No-Go and for a reject: an objection needs neither proof nor independence. */
export function saysNo({ type, data }: Pick<RecordedEvent, 'type' | 'data'>): boolean {
  const { decision } = data as { readonly decision?: string };
  return (type === 'cab.voted' && decision === 'no-go') || (type === 'signoff.recorded' && decision === 'reject');
}

/** True for the record of what was done in an environment: it says how that stands, so it is never left out of the state of a release. */
export function isRecord(act: SignedAct): boolean {
  return act === 'stage' || act === 'deploy';
}

/** True for what the state of a release keeps although nothing proves it: how production stands, and what keeps a release back. */
export function staysUnproved(event: Pick<RecordedEvent, 'type' | 'data'>): boolean {
  const act = actOf(event);
  return act !== undefined && (isRecord(act) || keepsBack(event));
}

/** True for what takes something back, and for what is seen after the deployment and says no: that needs no proof. */
export function keepsBack({ type, data }: Pick<RecordedEvent, 'type' | 'data'>): boolean {
  switch (type) {
    case 'verify.recorded':
      return !(data as EventOf<typeof type>['data']).ok;
    case 'hypercare.observed':
      return !(data as EventOf<typeof type>['data']).healthy;
    case 'hypercare.extended':
    case 'incident.opened':
      return true;
    default:
      return WITHOUT_SIGNATURE[type] === 'takes back';
  }
}

/**
 * True for what takes production back or keeps the candidate from it: it is signed where it can be, but a key that fails must not keep a
 * release in production.
 */
export function leadsBack(event: Pick<RecordedEvent, 'type' | 'data'>): boolean {
  // A staging that nobody signs is not begun; what takes up a deployment may be on its way back, and ends no hold unsigned.
  if (event.type === 'stage.started') return false;
  if (event.type === 'rollback.completed' || event.type === 'deploy.resumed') return true;
  if (keepsBack(event) || standsUnsigned(event)) return true;
  // How a Job ended is seen on the way back too.
  if (event.type === 'step.completed') return (event.data as EventOf<'step.completed'>['data']).step.startsWith('job:');
  return event.type === 'canary.judged' && (event.data as EventOf<'canary.judged'>['data']).verdict !== 'pass';
}
