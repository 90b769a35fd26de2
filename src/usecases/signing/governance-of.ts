import { foldState } from '../../domain/history/fold.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { signatureOf } from '../../domain/signing/acts.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ReadingContext } from '../release/context.ts';
import { type Governance, type GovernanceContext, loadGovernance } from './governance.ts';
import { mergedHashes } from './merged-hashes.ts';

/** Phases in which approvals are still given: only then must a plan follow the version of its process that is in force. */
const BEFORE_PRODUCTION: readonly Phase[] = ['draft', 'submitted', 'approved', 'staged', 'ready', 'no-go'];

/**
 * The rules that a release stands under, from its whole history: one answer for what acts, for the audit, and for each page that looks.
 * Errors: those of `loadGovernance`.
 */
export async function governanceOf(
  context: GovernanceContext & Pick<ReadingContext, 'environments'>,
  plan: ReleasePlan,
): Promise<Governance> {
  const { phase } = foldState(plan.events);
  return loadGovernance(context, plan.metadata.process, {
    simulated: context.environments.simulated,
    finished: !BEFORE_PRODUCTION.includes(phase),
    signed: plan.events.some((event) => signatureOf(event) !== undefined),
    merged: async (commit) => {
      const merged = await mergedHashes(await context.signing(), plan, { commit })();
      const last = plan.events.findLast((event) => event.type === 'deploy.started');
      return last === undefined || merged.has(last.hash);
    },
  });
}
