import { RelctlError } from '../../errors.ts';
import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import type { ReadingContext } from '../release/context.ts';
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
  const branch = remembering(ground.protectedBranch);
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

/** A branch that is asked each question about where it stands once. */
function remembering(branch: ProtectedBranch): ProtectedBranch {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(question: string, ask: () => Promise<T>): Promise<T> => {
    const answer = (answers.get(question) as Promise<T> | undefined) ?? ask();
    answers.set(question, answer);
    return answer;
  };
  return {
    ...branch,
    pin: () => once('pin', () => branch.pin()),
    candidates: () => once('candidates', () => branch.candidates()),
    find: (refs) => once(`find ${refs.join(' ')}`, () => branch.find(refs)),
    list: (commit, folder) => once(`list ${commit} ${folder}`, () => branch.list(commit, folder)),
    contains: (tip, commit) => once(`contains ${tip} ${commit}`, () => branch.contains(tip, commit)),
    changes: (tip, paths) => once(`changes ${tip} ${paths.join('\0')}`, () => branch.changes(tip, paths)),
  };
}
