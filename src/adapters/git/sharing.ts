import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PushAnswer, SharedHistory, TreeChange, Upstream } from '../../ports/sharing.ts';
import { type Git, gitFailed } from './git.ts';
import { remoteAddress, remoteOf } from './remotes.ts';

/** Sharing through git: plain pushes, which a remote takes only when they follow from where its branch stands. */
export function sharingOf(git: Git): SharedHistory {
  return {
    upstream: () => upstreamOf(git),
    remote: () => remoteOf(git),
    address: () => remoteAddress(git),
    head: async () => (await git.read(['rev-parse', '--verify', 'HEAD'])).trim(),
    push: (upstream, commit) => pushCommit(git, upstream, commit),
    async isAtRemote({ remote }, commit) {
      const refs = [
        'for-each-ref',
        '--count=1',
        `--contains=${commit}`,
        '--format=%(refname)',
        `refs/remotes/${remote}/`,
      ];
      return (await git.read(refs)).trim() !== '';
    },
    async fetch(upstream) {
      await git.read(['fetch', '--quiet', '--no-tags', upstream.remote, upstream.branch]);
      return (await git.read(['rev-parse', '--verify', 'FETCH_HEAD'])).trim();
    },
    async mergeBase(one, other) {
      const args = ['merge-base', one, other];
      const result = await git.run(args);
      if (result.exitCode === 1) return undefined;
      if (result.exitCode !== 0) throw gitFailed(args, result);
      return result.stdout.trim();
    },
    async changedPaths(from, to) {
      const output = await git.read(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]);
      return output.split('\0').filter((path) => path !== '');
    },
    commitOnto: (parent, change, message) => commitOnto(git, parent, change, message),
    async moveTo(commit) {
      const args = ['reset', '--keep', '--quiet', commit];
      const result = await git.run(args);
      if (result.exitCode === 0) return true;
      if (/not uptodate|would be overwritten|Could not reset/i.test(result.stderr)) return false;
      throw gitFailed(args, result);
    },
  };
}

/** From the configuration of the branch, as `git push` would take it. */
async function upstreamOf(git: Git): Promise<Upstream | undefined> {
  const current = await git.run(['symbolic-ref', '--quiet', 'HEAD']);
  const branch = current.stdout.trim();
  if (current.exitCode !== 0 || !branch.startsWith('refs/heads/')) return undefined;
  const format = '%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream:short)%00%(upstream)';
  const [remote = '', ref = '', name = '', tracking = ''] = (
    await git.read(['for-each-ref', `--format=${format}`, branch])
  )
    .replace(/\n$/, '')
    .split('\0');
  // A branch may track another one of the same repository (`.`); nobody else sees that.
  if (remote === '' || remote === '.' || ref === '') return undefined;
  const known = await git.run(['rev-parse', '--verify', '--quiet', tracking]);
  return { remote, branch: ref, name, commit: known.exitCode === 0 ? known.stdout.trim() : undefined };
}

/** Reasons of a refusal that mean that the branch moved meanwhile, as git and its servers word them. */
const MOVED =
  /\((fetch first|non-fast-forward|stale info|failed to update ref|cannot lock ref|incorrect old value|failed to lock|reference already exists|remote ref updated since checkout)/i;

/** A branch of that name cannot be made while `<name>/x` stands there: that is no race, and trying again finds the same. */
const NAME_TAKEN = /exists; cannot create|there are still refs under/i;

/** Errors: `tool.failed` when nothing answers, `tool.timeout`. */
export async function pushCommit(
  git: Git,
  { remote, branch }: Pick<Upstream, 'remote' | 'branch'>,
  commit: string,
  options: { readonly flags?: readonly string[]; readonly timeout?: number } = {},
): Promise<PushAnswer> {
  const { flags = [], ...limits } = options;
  const args = ['push', '--porcelain', '--no-follow-tags', ...flags, remote, `${commit}:${branch}`];
  const result = await git.run(args, limits);
  if (result.exitCode === 0) return { result: 'pushed' };
  const line = result.stdout.split('\n').find((one) => one.startsWith('!'));
  if (line === undefined) throw gitFailed(args, result);
  const isMoved = MOVED.test(line) || /cannot lock ref|is at .* but expected/i.test(result.stderr);
  if (isMoved && !NAME_TAKEN.test(result.stderr)) return { result: 'behind' };
  const said = result.stderr
    .split('\n')
    .filter((one) => one.startsWith('remote:'))
    .map((one) => one.slice('remote:'.length).trim())
    .filter((one) => one !== '');
  return { result: 'refused', detail: [line.split('\t').at(-1) ?? '', ...said].join('; ') };
}

/** Builds the tree in an index of its own, so that what the user has staged stays staged. */
export async function commitOnto(
  git: Git,
  parent: string,
  change: TreeChange,
  message: string,
  /** Who commits, where it is not git's user. */
  identity: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relctl-index-'));
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    await git.read(['read-tree', parent], { env });
    const entries: string[] = [];
    for (const [path, text] of change.texts) {
      const blob = (await git.read(['hash-object', '-w', '--stdin'], { input: text })).trim();
      entries.push(`100644 ${blob}\t${path}\0`);
    }
    if (change.paths.length > 0) {
      const listed = await git.read(['ls-tree', '-r', '-z', '--full-tree', change.from, '--', ...change.paths]);
      for (const line of listed.split('\0').filter((one) => one !== '')) {
        const [, mode = '', id = '', path = ''] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
        if (path !== '' && !change.texts.has(path)) entries.push(`${mode} ${id}\t${path}\0`);
      }
    }
    await git.read(['update-index', '-z', '--index-info'], { env, input: entries.join('') });
    const tree = (await git.read(['write-tree'], { env })).trim();
    return (await git.read(['commit-tree', tree, '-p', parent, '-F', '-'], { input: message, env: identity })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
