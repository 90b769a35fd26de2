import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import { readBlobBytes, readObjects } from './blobs.ts';
import { gitFailed, gitIn } from './git.ts';

/** A full ref name, without the characters that `for-each-ref` takes for a pattern. */
const REF = /^refs\/(heads|remotes)\/[^\s*?[\\]+$/;
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The protected branch of a repository, read through git; replaced objects and the work tree do not count. */
export function createProtectedBranch(root: string): ProtectedBranch {
  const git = gitIn(root);
  /** What stands at a commit never changes. */
  const blobs = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    async find(wanted) {
      const refs = wanted.filter((ref) => REF.test(ref));
      // Without a pattern git would list every ref there is.
      if (refs.length === 0) return undefined;
      // Full names only: a tag or a branch that is called `origin/main` must not stand in for the remote's.
      const format = '--format=%(refname)%00%(objecttype)%00%(objectname)%00%(symref)';
      const output = await git.read(['for-each-ref', format, ...refs]);
      const known = output.split('\n').map((line) => line.split('\0'));
      for (const ref of refs) {
        const [, type, commit, symbolic] = known.find(([name]) => name === ref) ?? [];
        if (type !== 'commit' || commit === undefined) continue;
        return { name: (symbolic || ref).replace(/^refs\/(remotes|heads)\//, ''), commit };
      }
      return undefined;
    },
    read(commit, path) {
      const name = `${commit}:${path}`;
      const known = blobs.get(name) ?? readBlobBytes(git, commit, [path]).then((found) => found.get(path));
      blobs.set(name, known);
      return known;
    },
    async list(commit, folder) {
      const output = await git.read(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', folder]);
      return output.split('\0').filter((path) => path !== '');
    },
    async versions(path, most) {
      const args = ['log', '--first-parent', `--max-count=${most}`, '--format=%H', 'HEAD', '--', path];
      const result = await git.run(args);
      // 128: nothing was committed yet.
      if (result.exitCode !== 0) return [];
      const commits = result.stdout.split('\n').filter((commit) => COMMIT.test(commit));
      const found = await readObjects(
        git,
        commits.map((commit) => `${commit}:${path}`),
      );
      return commits.flatMap((commit) => {
        const bytes = found.get(`${commit}:${path}`);
        return bytes === undefined ? [] : [{ commit, bytes }];
      });
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
