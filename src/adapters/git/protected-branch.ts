import type { BranchTip, ProtectedBranch } from '../../ports/protected-branch.ts';
import { readBlobBytes } from './blobs.ts';
import {
  attributesEver,
  committedSince,
  everCommitted,
  fileHistories,
  fileHistory,
  versionsElsewhere,
} from './file-history.ts';
import { gitFailed, gitIn } from './git.ts';
import { DEFAULT_BRANCH } from './records-branch.ts';
import { remoteOf } from './remotes.ts';
import { settingsOf } from './settings.ts';

/** A full ref name, without the characters that `for-each-ref` takes for a pattern. */
const REF = /^refs\/(heads|remotes)\/[^\s*?[\\]+$/;
const LOCAL = ['refs/heads/main', 'refs/heads/master'];
const FORMAT = '--format=%(refname)%00%(objecttype)%00%(objectname)%00%(symref)';
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The protected branch of a repository, read through git; replaced objects and the work tree do not count. */
export function createProtectedBranch(
  root: string,
  env: Readonly<Record<string, string | undefined>> = {},
): ProtectedBranch {
  const git = gitIn(root);
  const refsOf = async (args: readonly string[]) => {
    const output = await git.read(['for-each-ref', FORMAT, ...args]);
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', type = '', commit = '', symbolic = ''] = line.split('\0');
        return { name, isCommit: type === 'commit', commit, symbolic };
      });
  };
  /** The records branch that everybody has who names no other one: who is told of another must not miss what was signed there. */
  const knownRecords = async () => (await refsOf([`refs/remotes/*/${DEFAULT_BRANCH}`])).map(({ name }) => name);
  /** What stands at a commit, and what leads to it, never changes. */
  const blobs = new Map<string, Promise<Uint8Array | undefined>>();
  const lines = new Map<string, Promise<ReadonlySet<string>>>();
  return {
    async find(wanted) {
      const { remotes } = await settingsOf(git);
      // Whoever may push can call a branch of theirs `origin/main`, and a clone of that branch alone has it, and not the remote's.
      const isLikeRemote = (ref: string) => remotes.some((remote) => ref.startsWith(`refs/heads/${remote}/`));
      const refs = wanted.filter((ref) => REF.test(ref) && !isLikeRemote(ref));
      // Without a pattern git would list every ref there is.
      if (refs.length === 0) return undefined;
      // Full names only: a tag or a branch that is called `origin/main` must not stand in for the remote's.
      const known = await refsOf(refs);
      const found = refs.flatMap((ref) => known.filter((one) => one.name === ref && one.isCommit))[0];
      return found === undefined ? undefined : tipOf(found.symbolic || found.name, found.commit);
    },
    async pin() {
      const named = env.RELCTL_PROTECTED_BRANCH?.trim();
      if (named !== undefined && named !== '') return named;
      return (await settingsOf(git)).get('relctl.protectedBranch');
    },
    async candidates() {
      const remote = (await remoteOf(git)) ?? 'origin';
      const branches = `refs/remotes/${remote}/`;
      const known = await refsOf([`${branches}HEAD`, ...LOCAL]);
      const head = known.find((one) => one.name === `${branches}HEAD`);
      // A branch that is called HEAD on the server arrives under this name too, but points nowhere.
      const isDefault =
        head?.isCommit === true && head.symbolic.startsWith(branches) && head.symbolic !== `${branches}HEAD`;
      const hasRemote = head !== undefined || (await refsOf(['--count=1', 'refs/remotes/'])).length > 0;
      const hasOwn = head !== undefined || (hasRemote && (await refsOf(['--count=1', branches])).length > 0);
      return {
        remote: hasOwn || remote !== 'origin' ? remote : undefined,
        default: isDefault ? tipOf(head.symbolic, head.commit) : undefined,
        hasRemote,
        local: known
          .filter((one) => LOCAL.includes(one.name) && one.isCommit)
          .map((one) => tipOf(one.name, one.commit)),
      };
    },
    read(commit, path) {
      const name = `${commit}:${path}`;
      const known = blobs.get(name) ?? readBlobBytes(git, commit, [path]).then((found) => found.get(path));
      blobs.set(name, known);
      return known;
    },
    async modes(commit, paths) {
      if (paths.length === 0) return new Map();
      const output = await git.read(['ls-tree', '-z', '--full-tree', commit, '--', ...paths]);
      const entries = output.split('\0').flatMap((entry) => {
        const [, mode, path] = /^(\d{6}) [a-z]+ [0-9a-f]+\t(.*)$/s.exec(entry) ?? [];
        return mode === undefined || path === undefined ? [] : [[path, mode] as const];
      });
      return new Map(entries);
    },
    async list(commit, folder) {
      const output = await git.read(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', folder]);
      return output.split('\0').filter((path) => path !== '');
    },
    async changes(tip, paths) {
      const output = await git.read(['log', '--first-parent', '--format=%H %ct', tip, '--', ...paths]);
      return output.split('\n').flatMap((line) => {
        const [commit = '', seconds] = line.split(' ');
        return COMMIT.test(commit) ? [{ commit, at: Number(seconds) * 1000 }] : [];
      });
    },
    async committed(folder, tips = [], since) {
      const all = [...tips, ...(await knownRecords())];
      return since === undefined ? everCommitted(git, folder, all) : committedSince(git, folder, all, since);
    },
    history: async (path, tips = []) => fileHistory(git, path, [...tips, ...(await knownRecords())]),
    histories: async (paths, tips = []) => fileHistories(git, paths, [...tips, ...(await knownRecords())]),
    elsewhere: async (path, tips = []) => versionsElsewhere(git, path, [...tips, ...(await knownRecords())]),
    keptOtherwise: async (path, tips = []) => attributesEver(git, path, [...tips, ...(await knownRecords())]),
    async stoodAt(tip, commit) {
      const line =
        lines.get(tip) ?? git.read(['rev-list', '--first-parent', tip]).then((ids) => new Set(ids.split('\n')));
      lines.set(tip, line);
      return COMMIT.test(commit) && (await line).has(commit);
    },
    async contains(tip, commit) {
      if (!COMMIT.test(commit)) return false;
      const args = ['merge-base', '--is-ancestor', commit, tip];
      const result = await git.run(args);
      if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0;
      // 128: there is no such commit here, so it is not on the branch either.
      if (result.exitCode === 128) return false;
      throw gitFailed(args, result);
    },
  };
}

function tipOf(ref: string, commit: string): BranchTip {
  return { name: ref.replace(/^refs\/(remotes|heads)\//, ''), ref, commit };
}
