import { RelctlError } from '../../domain/errors.ts';
import { compareVersions, type Trust } from '../../domain/signing/trust.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import type { ReadingContext } from '../context.ts';
import { loadPolicy } from '../settings.ts';
import { type BranchSettings, findProtectedBranch, policyAt, signedProcesses, trustAt, trustError } from './trust.ts';

/**
 * Under which rules a release stands.
 *
 * - `required`: only signed approvals count; policy and keys are those of the protected branch.
 * - `unsigned`: approvals are claims of whoever can write the file; every page says so.
 * - `simulated`: the simulated people of the sandbox have no keys; nothing that they do counts anywhere else.
 */
export type Governance =
  | { readonly mode: 'required'; readonly policy: Policy; readonly branch: string; readonly trust: Trust }
  | { readonly mode: 'unsigned' | 'simulated'; readonly policy: Policy };

/** What finding the rules needs. */
export type GovernanceContext = Pick<ReadingContext, 'workspace' | 'signing' | 'looksOnly'>;

/**
 * Finds the rules of a process. Whether signatures are required is decided by the protected branch; a work tree that asks for
 * more than that branch yet gives is refused, one that asks for less changes nothing.
 * @param finished true for a release that is over: it may stand under an older version of its process
 * @throws RelctlError `signing.trust`, `policy.invalid`, `plan.yaml-*`
 */
export async function loadGovernance(
  context: GovernanceContext,
  process: string,
  options: { readonly simulated: boolean; readonly finished: boolean },
): Promise<Governance> {
  if (options.simulated) return { mode: 'simulated', policy: await loadPolicy(context.workspace, process) };
  if (context.looksOnly === true) {
    const policy = await loadPolicy(context.workspace, process);
    if (policy.signing.mode === 'unsigned') return { mode: 'unsigned', policy };
  }
  const { protectedBranch } = await context.signing();
  const settings = await findProtectedBranch(protectedBranch);
  if (settings === undefined) return unsigned(context, process, undefined);
  if (!options.finished) await refuseOldProcess(protectedBranch, settings, process);
  const standing = await policyAt(protectedBranch, settings.tip.commit, process);
  if (standing?.policy.signing.mode !== 'required') {
    return unsigned(context, process, { ...settings, branch: protectedBranch, isKnown: standing !== undefined });
  }
  const trust = await trustAt(protectedBranch, settings.tip.commit, process);
  if (trust === undefined) throw new Error('a policy that was just read is gone');
  return { mode: 'required', policy: trust.policy, branch: settings.tip.name, trust };
}

async function unsigned(
  context: GovernanceContext,
  process: string,
  on: (BranchSettings & { readonly branch: ProtectedBranch; readonly isKnown: boolean }) | undefined,
): Promise<Governance> {
  const policy = await loadPolicy(context.workspace, process);
  if (policy.signing.mode === 'required') {
    throw trustError(
      on === undefined
        ? 'the policy requires signatures, and this repository has no protected branch to read keys from'
        : `the policy in the work tree requires signatures; the one on ${on.tip.name} does not yet`,
      on === undefined
        ? ['git fetch origin', 'or name it: protectedBranch in relctl.yaml']
        : [`have the policy merged into ${on.tip.name}, then: git fetch`],
    );
  }
  if (on === undefined || on.isKnown) return { mode: 'unsigned', policy };
  const [signed] = await signedProcesses(on.branch, on.tip.commit);
  if (signed === undefined) return { mode: 'unsigned', policy };
  throw trustError(`the process ${process} is not on ${on.tip.name}, where ${signed} counts only signed approvals`, [
    `set metadata.process to ${signed}`,
    `or have the policy of ${process} merged into ${on.tip.name}`,
  ]);
}

/** A release that is not over cannot choose an older version of its process, with the rules of then. */
async function refuseOldProcess(branch: ProtectedBranch, settings: BranchSettings, process: string): Promise<void> {
  const [name = '', version = ''] = process.split('@');
  const [currentName, currentVersion = ''] = settings.process?.split('@') ?? [];
  if (settings.process === undefined || currentName !== name || compareVersions(version, currentVersion) >= 0) return;
  const current = await policyAt(branch, settings.tip.commit, settings.process);
  if (current?.policy.signing.mode !== 'required') return;
  throw new RelctlError('signing.trust', `the plan follows ${process}, and ${settings.process} is in force`, {
    why: 'The version of a policy only rises; an older one may ask for less.',
    hints: [`set metadata.process to ${settings.process} and submit the plan again`],
    data: { fault: 'policy-rolled-back', process, inForce: settings.process },
  });
}
