import type { ProtectedBranch } from '../../ports/protected-branch.ts';

/** The protected branch as it was when each question was first asked, for pages that only look and are over soon. */
export function branchAskedOnce(branch: ProtectedBranch): ProtectedBranch {
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
