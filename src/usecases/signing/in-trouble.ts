import { RelctlError } from '../../errors.ts';
import { type Policy, policySchema } from '../../plan/policy.ts';
import { checkShape, readYaml } from '../../plan/yaml.ts';
import type { Context } from '../release/context.ts';
import { loadPolicy } from '../release/settings.ts';
import { findProtectedBranch, policyAt, signedProcesses } from './trust.ts';

/** The policy that ships with relctl. */
const OWN = 'process/standard-3.0.yaml';

/**
 * The policy of a release whose rules do not read, for its way back: as the protected branch has it, else that of another process there which
 * counts only signed approvals. Where there is neither, people are told in relctl's own words: whoever may push would else word what the
 * company's channels say. Errors: those of a work tree without any policy.
 */
export async function policyInTrouble(
  { signing, workspace }: Pick<Context, 'signing' | 'workspace'>,
  process: string,
): Promise<Policy> {
  const reviewed = await orNothing(async () => {
    const { protectedBranch } = await signing();
    const tip = await findProtectedBranch(protectedBranch);
    if (tip === undefined) return undefined;
    const own = await orNothing(() => policyAt(protectedBranch, tip.commit, process));
    if (own !== undefined) return own.policy;
    const [other] = await signedProcesses(protectedBranch, tip.commit);
    return other === undefined ? undefined : (await policyAt(protectedBranch, tip.commit, other))?.policy;
  });
  if (reviewed !== undefined) return reviewed;
  const shipped = checkShape(policySchema, readYaml(await workspace.template(OWN), OWN), 'policy.invalid', OWN, '');
  const { notifications } = shipped;
  return { ...(await loadPolicy(workspace, process)), notifications };
}

async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
