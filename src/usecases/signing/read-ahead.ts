import { RelctlError } from '../../errors.ts';
import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import type { ReadingContext } from '../release/context.ts';
import { branchAskedOnce } from './asked-once.ts';
import { findProtectedBranch } from './trust.ts';

/**
 * The same context for pages about many releases, as git stands now: what was committed of these is read in one go, and the protected branch is
 * looked for once. What is asked for each of them is the same; it only takes no processes of git for each.
 */
export async function readAhead<C extends Pick<ReadingContext, 'signing'>>(
  context: C,
  ids: readonly string[],
): Promise<C> {
  if (ids.length === 0) return context;
  const ground = await context.signing();
  const branch = branchAskedOnce(ground.protectedBranch);
  const tip = await findProtectedBranch(branch).catch((error: unknown) => {
    // Whoever asks for it again says so.
    if (error instanceof RelctlError) return undefined;
    throw error;
  });
  if (tip === undefined) return context;
  const files = ids.map((id) => `releases/${id}.yaml`);
  const known = await branch.histories(files, [tip.commit]);
  const protectedBranch: ProtectedBranch = {
    ...branch,
    history: async (path, tips = []) =>
      (tips.join() === tip.commit ? known.get(path) : undefined) ?? branch.history(path, tips),
  };
  return { ...context, signing: async () => ({ ...ground, protectedBranch }) };
}
