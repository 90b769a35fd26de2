import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import { readBlobBytes, readObjects } from './blobs.ts';
import { gitFailed, gitIn } from './git.ts';

const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The protected branch of a repository, read through git; replaced objects and the work tree do not count. */
export function createProtectedBranch(root: string): ProtectedBranch {
  const git = gitIn(root);
  return {
    async find(refs) {
      for (const ref of refs) {
        // Full names only: a tag or a branch that is called `origin/main` must not stand in for the remote's.
        const found = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
        if (found.exitCode === 0) return { name: await shortName(ref), commit: found.stdout.trim() };
      }
      return undefined;
    },
    async read(commit, path) {
      return (await readBlobBytes(git, commit, [path])).get(path);
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

  async function shortName(ref: string): Promise<string> {
    const symbolic = await git.run(['symbolic-ref', '--quiet', ref]);
    return (symbolic.exitCode === 0 ? symbolic.stdout.trim() : ref).replace(/^refs\/(remotes|heads)\//, '');
  }
}
