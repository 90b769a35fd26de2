import { foldState } from '../../domain/history/fold.ts';
import { actOf, leadsBack } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { NewEvent } from '../../plan/chain.ts';
import { mayBeSimulated } from '../../plan/counted.ts';
import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Sealing } from '../release/journal.ts';
import { contributorsOf } from './contributors.ts';
import { type Governance, loadGovernance } from './governance.ts';
import { governanceOf } from './governance-of.ts';
import type { Signing, SigningContext } from './signing.ts';

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
      const { sealWith } = await import('./seal.ts');
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
  const { policyInTrouble } = await import('./in-trouble.ts');
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
  // Whoever asks for no signatures does not wait for what reads them.
  const { requiredSigning } = await import('./required.ts');
  return requiredSigning(context, plan, governance, contributors);
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
