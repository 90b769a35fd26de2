import type { ProtectedBranch } from '../../ports/protected-branch.ts';

/** The protected branch as it was when each question was first asked, for commands that only look and are over soon. */
export function askedOnce(branch: ProtectedBranch): ProtectedBranch {
  let pin: ReturnType<ProtectedBranch['pin']> | undefined;
  let candidates: ReturnType<ProtectedBranch['candidates']> | undefined;
  const found = new Map<string, ReturnType<ProtectedBranch['find']>>();
  const listed = new Map<string, ReturnType<ProtectedBranch['list']>>();
  return {
    ...branch,
    pin() {
      pin ??= branch.pin();
      return pin;
    },
    candidates() {
      candidates ??= branch.candidates();
      return candidates;
    },
    find: (refs) => once(found, refs.join(' '), () => branch.find(refs)),
    list: (commit, folder) => once(listed, `${commit}:${folder}`, () => branch.list(commit, folder)),
  };
}

function once<T>(known: Map<string, T>, key: string, ask: () => T): T {
  const answer = known.get(key) ?? ask();
  known.set(key, answer);
  return answer;
}
