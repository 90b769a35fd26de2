import type { Trust } from '../../domain/signing/trust.ts';
import { compareVersions } from '../../domain/versions/versions.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReadingContext } from '../release/context.ts';
import { loadPolicy, policyFile } from '../release/settings.ts';
import { branchToldAnew, findProtectedBranch, policyAt, signedProcesses, trustAt, trustError } from './trust.ts';

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
export type GovernanceContext = Pick<ReadingContext, 'workspace' | 'signing'>;

/**
 * Finds the rules of a process. Whether signatures are required is decided by the protected branch; a work tree that asks for
 * more than that branch yet gives is refused, one that asks for less changes nothing.
 * @param finished true for a release that is over: it may stand under an older version of its process
 * @param merged whether what makes it look over stands on the protected branch at a commit; where it is left out, nothing does. That the file
 *   says so proves nothing, and an older version may have asked for no signatures
 * @param signed true where the history carries signatures: then they must not go unchecked for want of rules, nor under an older version that
 *   asked for none
 * @throws RelctlError `signing.trust`, `policy.invalid`, `plan.yaml-*`
 */
export async function loadGovernance(
  context: GovernanceContext,
  process: string,
  options: {
    readonly simulated: boolean;
    readonly finished: boolean;
    readonly signed?: boolean;
    readonly merged?: (commit: string) => Promise<boolean>;
  },
): Promise<Governance> {
  if (options.simulated) return { mode: 'simulated', policy: await loadPolicy(context.workspace, process) };
  const { protectedBranch } = await context.signing();
  const tip = await findProtectedBranch(protectedBranch);
  const isSigned = options.signed === true;
  if (tip === undefined) return unsigned(context, process, undefined, isSigned);
  const signed = await signedProcesses(protectedBranch, tip.commit);
  const isSigning = signed.includes(process);
  const mayBeOlder = isSigning || (!isSigned && (await options.merged?.(tip.commit)) === true);
  if (!options.finished || !mayBeOlder) refuseOldProcess(signed, process);
  if (!isSigning) {
    const isKnown = (await policyAt(protectedBranch, tip.commit, process)) !== undefined;
    const isOver = options.finished && mayBeOlder;
    return unsigned(context, process, { branch: tip.name, isKnown, isOver, signed }, isSigned);
  }
  const trust = await trustAt(protectedBranch, tip.commit, process);
  if (trust === undefined) throw new Error('a policy that was just read is gone');
  return { mode: 'required', policy: trust.policy, branch: tip.name, trust };
}

/** What the protected branch says of a process that it asks for no signatures. */
interface Elsewhere {
  readonly branch: string;
  /** True when the policy of the process stands there. */
  readonly isKnown: boolean;
  /** True for a release that was over before the branch asked any process for signatures. */
  readonly isOver: boolean;
  /** Processes that ask for signatures there. */
  readonly signed: readonly string[];
}

async function unsigned(
  context: GovernanceContext,
  process: string,
  on: Elsewhere | undefined,
  isSigned: boolean,
): Promise<Governance> {
  const policy = await loadPolicy(context.workspace, process);
  if (policy.signing.mode === 'required') {
    throw on === undefined
      ? trustError('the policy requires signatures, and this repository has no protected branch to read keys from', [
          await branchToldAnew((await context.signing()).protectedBranch),
          'docs/signing.md says how the protected branch is found',
        ])
      : trustError(`the policy in the work tree requires signatures; the one on ${on.branch} does not yet`, [
          'git fetch',
          `once the policy is merged into ${on.branch}`,
        ]);
  }
  const [signed] = on?.signed ?? [];
  if (on?.isKnown === true && (signed === undefined || on.isOver)) return { mode: 'unsigned', policy };
  if (on !== undefined && signed !== undefined) throw besideSigned(on, process, signed);
  if (!isSigned) return { mode: 'unsigned', policy };
  const missing =
    on === undefined ? 'there is no protected branch here' : `the policy of ${process} is not on ${on.branch}`;
  throw trustError(
    `the history carries signatures, and ${missing} to check them against`,
    [await branchToldAnew((await context.signing()).protectedBranch)],
    'signatures-unchecked',
  );
}

/** Which process it follows says the plan, which whoever may push can write: beside one that counts only what is signed, none counts claims. */
function besideSigned({ branch, isKnown }: Elsewhere, process: string, signed: string): RelctlError {
  const follow = `set metadata.process to ${signed}`;
  return isKnown
    ? trustError(
        `the process ${process} asks for no signatures on ${branch}, where ${signed} counts only signed approvals`,
        [follow, `or have signing.mode: required merged into ${policyFile(process)} on ${branch}`],
        'process-unsigned',
      )
    : trustError(`the process ${process} is not on ${branch}, where ${signed} counts only signed approvals`, [
        follow,
        `or have a policy of ${process} that requires signatures merged into ${branch}`,
      ]);
}

/** A release that is not over cannot choose an older version of its process, with the rules of then. */
function refuseOldProcess(signed: readonly string[], process: string): void {
  const [name = '', version = ''] = process.split('@');
  const newer = signed.find((one) => {
    const [otherName, otherVersion = ''] = one.split('@');
    return otherName === name && compareVersions(otherVersion, version) > 0;
  });
  if (newer === undefined) return;
  throw new RelctlError('signing.trust', `the plan follows ${process}, and ${newer} is in force`, {
    why: 'The version of a policy only rises; an older one may ask for less.',
    hints: [`set metadata.process to ${newer} and submit the plan again`],
    data: { fault: 'policy-rolled-back', process, inForce: newer },
  });
}
