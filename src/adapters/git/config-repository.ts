import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { ConfigPush, ConfigRepository } from '../../ports/config-repository.ts';
import { readBlobs } from './blobs.ts';
import { type Git, gitIn } from './git.ts';
import { mergeTree } from './merging.ts';
import { commitOnto, pushCommit } from './sharing.ts';

/** What is known of the branch at the remote. */
const HEAD_REF = 'refs/relctl/config';
const NETWORK_MS = 60_000;

/** Where the clone lies, from where the remote is named, and who commits. */
export interface ConfigRepositoryGround {
  /** The repository of the product: relative folders are taken from here. */
  readonly root: string;
  /** A folder of this machine that may be lost at any time. */
  readonly state: string;
  /** E-mail address of the person who gives the command. */
  readonly actor: string;
}

/**
 * The config repository through git: a bare clone of one branch in the cache of this machine, in which commits are made by plumbing.
 * Errors: `gitops.unreachable`.
 */
export function openConfigRepository(
  { repository, branch }: Pick<GitOpsSettings, 'repository' | 'branch'>,
  { root, state, actor }: ConfigRepositoryGround,
): ConfigRepository {
  const remote = isRemote(repository) ? repository : join(root, repository);
  const name = `${withoutPassword(repository)} (${branch})`;
  let opened: Promise<Git> | undefined;
  const git = (): Promise<Git> => {
    opened ??= openClone(join(state, 'config-repository', sha256(`${remote} ${branch}`).slice(0, 16)));
    return opened;
  };
  const identity = {
    GIT_AUTHOR_NAME: actor,
    GIT_AUTHOR_EMAIL: actor,
    GIT_COMMITTER_NAME: actor,
    GIT_COMMITTER_EMAIL: actor,
  };
  const push = async (commit: string, target: string, lease: string): Promise<ConfigPush> => {
    // Not a force: the commit follows from what the lease names, and lands only there.
    const flags = [`--force-with-lease=${target}:${lease}`, '--no-verify'];
    try {
      return await pushCommit(await git(), { remote, branch: target }, commit, { flags, timeout: NETWORK_MS });
    } catch (error) {
      throw unreachable(name, error);
    }
  };
  const network = async (args: readonly string[]) => {
    try {
      return await (await git()).run(args, { timeout: NETWORK_MS });
    } catch (error) {
      throw unreachable(name, error);
    }
  };
  return {
    name,
    async head() {
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
      const answer = await network(['fetch', ...flags, remote, `+refs/heads/${branch}:${HEAD_REF}`]);
      // Another process of this clone that asked at the same moment brings the same.
      const isSame = /cannot lock ref|unable to update local ref/i.test(answer.stderr);
      if (answer.exitCode !== 0 && !isSame) throw unreachable(name, answer.stderr);
      return (await (await git()).read(['rev-parse', '--verify', `${HEAD_REF}^{commit}`])).trim();
    },
    async files(commit, folder) {
      const below = folder.replace(/^(\.\/)+|\/+$/g, '');
      const where = below === '' || below === '.' ? [] : ['--', `${below}/`];
      const listed = await (await git()).read(['ls-tree', '-r', '-z', '--full-tree', commit, ...where]);
      // What a symbolic link holds is a path, and no manifest.
      const plain = listed.split('\0').filter((entry) => entry.startsWith('100'));
      const paths = plain
        .map((entry) => entry.slice(entry.indexOf('\t') + 1))
        .filter((path) => /\.ya?ml$|(^|\/)Kustomization$/.test(path));
      return readBlobs(await git(), commit, paths);
    },
    async contains(commit, earlier) {
      return (await (await git()).run(['merge-base', '--is-ancestor', earlier, commit])).exitCode === 0;
    },
    async commitsWith(head, line) {
      const args = [
        'log',
        '--no-show-signature',
        '--fixed-strings',
        `--grep=${line}`,
        '--format=%H%x00%B%x00',
        head,
        '--',
      ];
      const fields = (await (await git()).read(args)).split('\0');
      return Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => ({
        commit: (fields[index * 2] ?? '').trim(),
        message: fields[index * 2 + 1] ?? '',
      }));
    },
    async commit(parent, texts, message) {
      return commitOnto(await git(), parent, { from: parent, paths: [], texts }, message, identity);
    },
    async revert(parent, commit, message) {
      const own = await git();
      // Git merges what is new on two sides of a commit: here the branch, and the commit undone.
      const undone = await own.read(['commit-tree', `${commit}^1^{tree}`, '-p', commit, '-m', 'undone'], {
        env: identity,
      });
      const merged = await mergeTree(own, parent, undone.trim());
      if ('clashes' in merged) return merged;
      const args = ['commit-tree', merged.tree, '-p', parent, '-F', '-'];
      return { commit: (await own.read(args, { input: message, env: identity })).trim() };
    },
    push: (commit, from) => push(commit, `refs/heads/${branch}`, from),
    propose: (commit, own) => push(commit, `refs/heads/${own}`, ''),
    async proposed(own) {
      const answer = await network(['ls-remote', '--exit-code', remote, `refs/heads/${own}`]);
      if (answer.exitCode === 2) return undefined;
      if (answer.exitCode !== 0) throw unreachable(name, answer.stderr);
      const commit = answer.stdout.split('\t')[0] ?? '';
      const fetched = await network(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', remote, commit]);
      if (fetched.exitCode !== 0) throw unreachable(name, fetched.stderr);
      return commit;
    },
  };
}

async function openClone(folder: string): Promise<Git> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const git = gitIn(folder);
  // Asked again it does nothing.
  await git.read(['init', '--quiet', '--bare', '.']);
  return git;
}

/** True for what is not a folder below the product's repository: a URL, the short form of ssh, or an absolute path. */
function isRemote(repository: string): boolean {
  return repository.startsWith('/') || /^[a-z+]+:\/\//i.test(repository) || /^[^/]+:/.test(repository);
}

function withoutPassword(repository: string): string {
  return repository.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}

function unreachable(name: string, error: unknown): unknown {
  if (typeof error !== 'string' && !(error instanceof RelctlError && /^tool\.(failed|timeout)$/.test(error.code)))
    return error;
  const detail = typeof error === 'string' ? (error.trim().split('\n').at(-1) ?? '') : error.message;
  return new RelctlError(
    'gitops.unreachable',
    `the config repository ${name} does not answer: ${withoutPassword(detail)}`,
    {
      why: 'What production shall be stands there; nothing is taken for done that was not seen there.',
      hints: [`environments.production.gitops.repository in relctl.yaml, and the access of this machine to it`],
    },
  );
}
