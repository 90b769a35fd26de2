import type { CandidateRepository } from '../../../ports/repository.ts';
import { cleanLine } from '../../../text/clean.ts';

/** Commits with the paths that they change. */
export type Commits = Awaited<ReturnType<CandidateRepository['commits']>>;

/** Subjects that say nothing of what changes. */
const EMPTY =
  /^(wip|fix(es|up)?|fixup!.*|squash!.*|updates?|changes?|more|misc|cleanup|lint|typos?|tests?|format(ting)?|oops|x+|\.+)$/i;
const SHOWN = 3;
const LONGEST = 160;

/**
 * What changes in a service, from the subjects of the commits that touch its files; `undefined` where none of them says anything. It is a
 * draft: whoever writes the plan says it better.
 */
export function toldChange(commits: Commits, files: readonly string[]): string | undefined {
  const own = new Set(files);
  const subjects = commits
    .filter((commit) => commit.files.some((file) => own.has(file)))
    .map(({ subject }) => cleanLine(subject).trim())
    .filter((subject) => subject !== '' && !EMPTY.test(subject));
  const different = [...new Set(subjects)];
  if (different.length === 0) return undefined;
  const shown = different.slice(0, SHOWN).join('; ');
  const more = different.length > SHOWN ? `; and ${different.length - SHOWN} more commits` : '';
  return `${shown.length > LONGEST ? `${shown.slice(0, LONGEST).trimEnd()}…` : shown}${more}`;
}
