import type { SigningFacts } from '../../domain/gates/gate.ts';
import { foldState } from '../../domain/history/fold.ts';
import { actOf, leadsBack } from '../../domain/signing/acts.ts';
import { claimsOf } from '../../domain/signing/claims.ts';
import { objectionRemedy } from '../../domain/signing/objections.ts';
import { remedyOf } from '../../domain/signing/remedy.ts';
import { type Examination, faultSentence, spoiltOf } from '../../domain/signing/verdicts.ts';
import { RelctlError } from '../../errors.ts';
import type { NewEvent } from '../../plan/chain.ts';
import { countedEvents, mayBeSimulated } from '../../plan/counted.ts';
import type { EventData, EventType, RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ReadingContext } from '../release/context.ts';
import type { Sealing } from '../release/journal.ts';
import { contributorsOf } from './contributors.ts';
import { examineHistory, mergedHashes } from './examine.ts';
import { type Governance, loadGovernance } from './governance.ts';
import { governanceOf } from './governance-of.ts';
import { policyInTrouble } from './in-trouble.ts';
import { sealWith } from './seal.ts';

/** The signatures of a release while a command works on it. */
export interface Signing {
  readonly policy: Policy;
  readonly facts: SigningFacts;
  /** Only where signatures are required. */
  readonly sealing: Sealing | undefined;
  /** Only where signatures are required. */
  readonly examination: Examination | undefined;
  /** Why nothing could be examined. */
  readonly trouble?: RelctlError;
  /** The protected branch, as people call it. */
  readonly branch?: string;
  /** What is recorded of the time after the deployment and nothing proves. Only where signatures are required. */
  readonly claims?: readonly RecordedEvent[];
  /** The rules under which approvals were examined, as a deployment records them. */
  readonly trust?: EventData<'deploy.started'>['trust'];
}

/** What opening the signatures of a release needs. */
export type SigningContext = Pick<ReadingContext, 'workspace' | 'signing' | 'looksOnly' | 'clock' | 'environments'>;

/**
 * Finds the rules of a release and, where they ask for signatures, examines its whole history; what is real of it also where relctl.yaml says
 * that this is the sandbox. Errors: those of `loadGovernance`.
 */
export async function openSigning(given: SigningContext, plan: ReleasePlan): Promise<Signing> {
  const context = {
    ...given,
    environments: { simulated: given.environments.simulated && mayBeSimulated(plan.events) },
  };
  try {
    return await examined(context, plan);
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'signing.trust') return inTrouble(context, plan, error);
    throw error;
  }
}

/**
 * What signs the first events of a new plan, which has no history to examine. The rules are looked for when something has to be
 * signed: that a plan was drafted does not. Errors of the seal: those of `loadGovernance`, and `signing.*`.
 */
export function openSealing(context: Omit<SigningContext, 'clock'>, process: string): Sealing {
  return {
    leftOut: new Set(),
    proves: () => false,
    async seal(plan, event) {
      if (!isAct(event)) return event;
      const { simulated } = context.environments;
      const governance = await loadGovernance(context, process, { simulated, finished: false });
      if (governance.mode !== 'required') return event;
      return sealWith(await context.signing(), governance.trust)(plan, event);
    },
  };
}

/** True for what may have to be signed. */
function isAct(event: NewEvent<EventType>): boolean {
  return actOf(event as Pick<RecordedEvent, 'type' | 'data'>) !== undefined;
}

/**
 * Keys or rules that cannot be read stop every approval and every step forward, but must not keep a release in production:
 * aborting and rolling back go on, and `status` says what is wrong. Nothing is proved meanwhile: whoever may push can cause the trouble.
 */
async function inTrouble(context: SigningContext, plan: ReleasePlan, error: RelctlError): Promise<Signing> {
  const policy = await policyInTrouble(context, plan.metadata.process);
  const trouble = { sentence: error.message, command: error.hints[0] ?? 'relctl doctor' };
  return {
    policy,
    facts: { mode: 'required', refused: [], trouble, contributors: undefined },
    sealing: {
      leftOut: new Set(),
      // A signature that nobody can examine says nothing: the cluster is asked instead, or a person.
      proves: () => false,
      async seal(_, event) {
        // What a way back finds done is recorded as well; steps forward are refused before any of them.
        const isOfWayBack = event.type === 'step.completed' || leadsBack(event as Pick<RecordedEvent, 'type' | 'data'>);
        if (!isAct(event) || isOfWayBack) return event;
        throw error;
      },
    },
    examination: undefined,
    trouble: error,
  };
}

async function examined(context: SigningContext, plan: ReleasePlan): Promise<Signing> {
  const governance = await governanceOf(context, plan);
  const { policy } = governance;
  // A draft has nothing that anybody could approve yet.
  const isDraft = foldState(plan.events).phase === 'draft';
  const contributors = isDraft ? undefined : await contributorsFor(context, plan, governance);
  if (governance.mode !== 'required') {
    return {
      policy,
      facts: { mode: governance.mode, refused: [], contributors },
      sealing: undefined,
      examination: undefined,
    };
  }
  const ground = await context.signing();
  const examination = await examineHistory(ground, plan, governance.trust, context.clock.now());
  const refused = examination.refused.filter(({ act, standing, hash }) =>
    act === 'outcome' ? standing !== 'superseded' && examination.leftOut.has(hash) : standing === 'live',
  );
  const claimed = claimsOf(countedEvents(plan.events, 'real'));
  const merged = claimed.length === 0 ? undefined : await mergedHashes(ground, plan, governance.trust)();
  const isProved = (hash: string) => examination.signed.has(hash) || merged?.has(hash) === true;
  return {
    policy,
    branch: governance.branch,
    claims: claimed.filter((one) => !isProved(one.hash) && !examination.leftOut.has(one.hash)),
    trust: {
      commit: governance.trust.commit,
      policy: governance.trust.policyDigest,
      version: governance.trust.policy.version,
    },
    facts: {
      mode: 'required',
      contributors,
      refused: refused.map((one) => ({ act: one.act, sentence: faultSentence(one), ...remedyOf(plan, one) })),
      objections: [
        ...examination.objections.map(({ sentence }) => ({
          sentence,
          ...objectionRemedy(plan),
        })),
        ...spoiltOf(examination).map((one) => ({ sentence: faultSentence(one), ...remedyOf(plan, one) })),
      ],
    },
    sealing: {
      leftOut: examination.leftOut,
      proves: ({ hash }) => examination.proved.has(hash),
      seal: sealWith(ground, governance.trust, examination.leftOut),
    },
    examination,
  };
}

/** Who has commits in the candidate, where the policy keeps any of them from approving and something is decided. */
async function contributorsFor(
  context: SigningContext,
  plan: ReleasePlan,
  governance: Governance,
): Promise<readonly string[] | undefined> {
  const isAsked = governance.policy.separation.contributorsMaySign.length < 3;
  if (!isAsked || context.looksOnly === true) return undefined;
  const tip = governance.mode === 'required' ? governance.trust.commit : undefined;
  return contributorsOf(await context.signing(), plan, tip);
}
