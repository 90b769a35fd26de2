import { isAmong } from '../../domain/people/people.ts';
import { PROCESS } from '../../domain/process/process.ts';
import { standsAtVerdict } from '../../domain/runner/next-act.ts';
import type { Release } from '../release/open.ts';

type Deployed = Pick<Release, 'journal' | 'policy'>;

/** Somebody who sat there has held it, or had asked for just that. What else a machine has held, nobody saw. */
export function isHeldByPerson({ journal, policy }: Deployed): boolean {
  const { deployment } = journal.state;
  if (deployment?.held?.proved !== true) return false;
  return standsAtVerdict(deployment) || !isAmong(policy.machines, deployment.held.by);
}

/**
 * Whether a machine goes on with a release by itself. A rollback that something in production has stopped, or a hold that nobody signed, waits for
 * a person, whatever the policy says.
 */
export function mayGoOn({ journal, policy }: Deployed): boolean {
  const { phase, deployment } = journal.state;
  return (
    policy.deadRuns === 'resume' &&
    deployment?.stopped === undefined &&
    deployment?.held?.proved !== false &&
    PROCESS['deploy --resume'].phases.some((one) => one === phase)
  );
}
