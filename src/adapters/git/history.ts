import type { Authors, Branch } from '../../ports/repository.ts';
import type { Git } from './git.ts';
import { refuseIncomplete } from './incomplete.ts';
import { remoteOf } from './remotes.ts';

const APPROVALS = ['Approved-by', 'Reviewed-by'];

/** Fields of one commit, each ended by NUL; trailers are one a line. */
const FORMAT = [
  '%H',
  '%T',
  '%P',
  '%ae',
  '%ce',
  `%(trailers:${APPROVALS.map((key) => `key=${key}`).join(',')},valueonly,unfold)`,
  '%(trailers:key=Co-authored-by,valueonly,unfold)',
].join('%x00');
const FIELDS = FORMAT.split('%x00').length;

interface Commit {
  readonly author: string;
  readonly committer: string;
  readonly approvals: readonly string[];
  readonly coAuthors: readonly string[];
  /** False where its tree is that of its one parent: it approves what others wrote, and writes nothing. */
  readonly writes: boolean;
}

/** Commits of `base..head`, newest first. */
async function commitsBetween(git: Git, base: string, head: string): Promise<Commit[]> {
  const output = await git.read(['log', '-z', `--format=tformat:${FORMAT}`, `${base}..${head}`, '--']);
  const fields = output.split('\0');
  const rows = Array.from({ length: Math.floor(fields.length / FIELDS) }, (_, n) =>
    fields.slice(n * FIELDS, (n + 1) * FIELDS),
  );
  const trees = new Map(rows.map(([id = '', tree]) => [id, tree]));
  return rows.map(([, tree, parents = '', author = '', committer = '', approvals = '', coAuthors = '']) => ({
    author: mail(author),
    committer: mail(committer),
    approvals: mails(approvals),
    coAuthors: mails(coAuthors),
    // Of the first commit behind the base the parent's tree is not known; then it counts as written.
    writes: trees.get(parents) !== tree,
  }));
}

function mails(trailers: string): string[] {
  return trailers
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(mail);
}

/**
 * The address of `Ada <ada@example.com>`, and of `Ada ada@example.com`, as somebody types it; a value without one as it stands. Brackets
 * within a word are part of that word: `x<b>@y` is not the person b.
 */
function mail(person: string): string {
  const text = person.trim();
  const found = /^<([^<>]*)>$/.exec(text) ?? /<([^<>\s]+@[^<>\s]+)>$/.exec(text) ?? /(\S+@\S+)/.exec(text);
  return (found?.[1] ?? text).trim().toLowerCase();
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].filter((value) => value !== '');

/**
 * Everybody who wrote something of `base..head` (full commit ids). Errors: `repo.history-incomplete` where this clone lacks some of these
 * commits: whoever is not found could have made them.
 */
export async function authorsBetween(git: Git, base: string, head: string): Promise<Authors> {
  await refuseIncomplete(git, base, head);
  const commits = (await commitsBetween(git, base, head)).filter(({ writes }) => writes);
  return {
    authors: unique(commits.map((c) => c.author)),
    committers: unique(commits.map((c) => c.committer)),
    coAuthors: unique(commits.flatMap((c) => c.coAuthors)),
  };
}

/**
 * Branches with commits that `base` (a full commit id) lacks, newest first: those of this clone, and those that only the remote has, as
 * they were fetched last.
 * @param wanted by name; those that are not wanted cost nothing, for a repository may have thousands
 * @throws RelctlError `repo.history-incomplete` in a shallow clone that lacks commits of one: its approvals could not be read
 */
export async function branchesAhead(
  git: Git,
  base: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Branch[]> {
  const remote = await remoteOf(git);
  const behind = remote === undefined ? undefined : `refs/remotes/${remote}/`;
  const local = new Set((await git.read(['for-each-ref', '--format=%(refname)', 'refs/heads'])).split('\n'));
  const output = await git.read([
    'for-each-ref',
    `--no-merged=${base}`,
    '--sort=-committerdate',
    '--format=%(refname)%00%(objectname)%00%(committerdate:unix)%00%(authoremail)%00%(symref)',
    'refs/heads',
    ...(behind === undefined ? [] : [behind]),
  ]);
  const branches: Branch[] = [];
  for (const line of output.split('\n')) {
    const [ref, head, seconds, author, symref] = line.split('\0');
    if (ref === undefined || head === undefined || seconds === undefined || symref !== '') continue;
    const isLocal = ref.startsWith('refs/heads/');
    const name = ref.slice((isLocal ? 'refs/heads/' : (behind ?? '')).length);
    if (!wanted(name) || (!isLocal && local.has(`refs/heads/${name}`))) continue;
    await refuseIncomplete(git, base, head);
    const commits = await commitsBetween(git, base, head);
    branches.push({
      name,
      head,
      author: commits.find(({ writes }) => writes)?.author ?? mail(author ?? ''),
      committedAt: Number(seconds) * 1000,
      commits: commits.length,
      approvedBy: unique(commits.flatMap((c) => c.approvals)),
      authors: unique(commits.flatMap((c) => (c.writes ? [c.author, ...c.coAuthors] : []))),
      size: await sizeOf(git, base, head),
      ...(isLocal || remote === undefined ? {} : { onlyAt: remote }),
    });
  }
  return branches;
}

/** What a branch changed since it left the base; without a common commit, everything it holds. */
async function sizeOf(git: Git, base: string, head: string): Promise<NonNullable<Branch['size']>> {
  const from = (await git.run(['merge-base', base, head])).stdout.trim();
  const output = await git.read([
    'diff-tree',
    '-r',
    '-M',
    '--numstat',
    ...(from === '' ? ['--root', head] : [from, head]),
  ]);
  let [files, insertions, deletions] = [0, 0, 0];
  for (const [, added, removed] of output.matchAll(/^(\d+|-)\t(\d+|-)\t/gm)) {
    files += 1;
    insertions += Number(added === '-' ? 0 : added);
    deletions += Number(removed === '-' ? 0 : removed);
  }
  return { files, insertions, deletions };
}

/** A release of more commits than this is not told by their subjects. */
const MOST_TOLD = 2000;

/** Subjects and changed paths of `base..head` without merges, newest first (full commit ids). */
export async function commitsWithFiles(
  git: Git,
  base: string,
  head: string,
): Promise<readonly { readonly subject: string; readonly files: readonly string[] }[]> {
  const flags = [
    '--no-merges',
    '--name-only',
    '--no-renames',
    `--max-count=${MOST_TOLD}`,
    '-z',
    '--format=tformat:%x01%s',
  ];
  const output = await git.read(['log', ...flags, `${base}..${head}`, '--']);
  return output
    .split('\x01')
    .slice(1)
    .map((one) => {
      const [subject = '', ...files] = one.split('\0').map((part) => part.replace(/^\n/, ''));
      return { subject, files: files.filter((file) => file !== '') };
    });
}
