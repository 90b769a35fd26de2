import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConfigRepository } from '../../src/adapters/git/config-repository.ts';
import type { ConfigRepository } from '../../src/ports/config-repository.ts';

/** The config repository through real git: a bare one as the remote, a clone of a person, and two machines that run relctl. */

let folder: string;
let remote: string;
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-config-repository-'));
  remote = join(folder, 'remote.git');
  mkdirSync(remote);
  git(remote, 'init', '-q', '--bare', '-b', 'main', '.');
  git(folder, 'clone', '-q', remote, 'person');
  git(join(folder, 'person'), 'checkout', '-q', '-B', 'main');
  byHand({
    'apps/web.yaml': 'image: web:1\nreplicas: 3\n',
    'apps/notes.md': 'no YAML',
    'other/web.yaml': 'image: web:9\n',
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function byHand(files: Readonly<Record<string, string>>): string {
  const clone = join(folder, 'person');
  git(clone, 'config', 'user.email', 'p@example.com');
  git(clone, 'config', 'user.name', 'P');
  if (git(remote, 'branch') !== '') git(clone, 'pull', '-q', 'origin', 'main');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  git(clone, 'add', '-A');
  git(clone, 'commit', '-qm', 'by hand');
  git(clone, 'push', '-q', 'origin', 'main');
  return git(clone, 'rev-parse', 'HEAD');
}

function machine(name: string, repository = remote): ConfigRepository {
  return openConfigRepository(
    { repository, branch: 'main' },
    { root: folder, state: join(folder, name), actor: `${name}@example.com` },
  );
}

const files = (text: string) => new Map([['apps/web.yaml', text]]);

it('reads nothing behind symbolic links: what they hold is a path', async () => {
  symlinkSync('web.yaml', join(folder, 'person/apps/kustomization.yaml'));
  symlinkSync('apps', join(folder, 'person/linked'));
  byHand({});
  const here = machine('a');
  const head = await here.head();
  expect([...(await here.files(head, 'apps')).keys()]).toEqual(['apps/web.yaml']);
  expect([...(await here.files(head, 'linked')).keys()]).toEqual([]);
});

it('reads the YAML of its folder, and the whole where the folder is the root', async () => {
  const here = machine('a');
  const head = await here.head();
  expect([...(await here.files(head, './apps/')).keys()]).toEqual(['apps/web.yaml']);
  expect([...(await here.files(head, '.')).keys()]).toEqual(['apps/web.yaml', 'other/web.yaml']);
});

it('brings a commit by whoever gives the command, and nothing else of the tree changes', async () => {
  const here = machine('a');
  const head = await here.head();
  const commit = await here.commit(head, files('image: web:2\nreplicas: 3\n'), 'Release\n\nRelctl-Release: r-1\n');
  expect(git(remote, 'rev-parse', 'main')).toBe(head);
  expect(await here.push(commit, head)).toEqual({ result: 'pushed' });
  expect(git(remote, 'diff', '--stat=200', head, 'main')).toMatch(/apps\/web\.yaml +\| 2 \+-\n 1 file changed/);
  expect(git(remote, 'log', '-1', '--format=%ae %ce', 'main')).toBe('a@example.com a@example.com');
});

it('lands only where the branch still stands where it was read', async () => {
  const [here, there] = [machine('a'), machine('b')];
  const head = await here.head();
  const commit = await here.commit(head, files('image: web:2\n'), 'mine');
  byHand({ 'other/web.yaml': 'image: web:10\n' });
  expect(await here.push(commit, head)).toEqual({ result: 'behind' });
  const moved = await there.head();
  expect(await there.push(await there.commit(moved, new Map(), 'withdraw'), moved)).toEqual({ result: 'pushed' });
  expect(await here.push(commit, head)).toEqual({ result: 'behind' });
});

it('finds commits by a line of their messages, newest first, from any machine', async () => {
  const here = machine('a');
  let head = await here.head();
  for (const text of ['2', '3']) {
    const commit = await here.commit(head, files(`image: web:${text}\n`), `Release ${text}\n\nRelctl-Release: r-1\n`);
    await here.push(commit, head);
    head = commit;
  }
  const found = await machine('b')
    .head()
    .then(async (at) => machine('b').commitsWith(at, 'Relctl-Release: r-1'));
  expect(found.map(({ message }) => message.split('\n')[0])).toEqual(['Release 3', 'Release 2']);
  expect(found[0]?.commit).toBe(head);
});

it('takes back what a commit changed and leaves what others did since', async () => {
  const here = machine('a');
  const head = await here.head();
  const commit = await here.commit(head, files('image: web:2\nreplicas: 3\n'), 'Release');
  await here.push(commit, head);
  byHand({ 'other/web.yaml': 'image: web:10\n' });
  const now = await here.head();
  const reverted = await here.revert(now, commit, 'Roll back');
  if (!('commit' in reverted)) throw new Error('it clashes');
  expect(await here.push(reverted.commit, now)).toEqual({ result: 'pushed' });
  expect(git(remote, 'diff', '--name-only', head, 'main')).toBe('other/web.yaml');
  expect(await here.contains(reverted.commit, commit)).toBe(true);
  expect(await here.contains(commit, reverted.commit)).toBe(false);
});

it('says where others have changed the same since', async () => {
  const here = machine('a');
  const head = await here.head();
  const commit = await here.commit(head, files('image: web:2\nreplicas: 3\n'), 'Release');
  await here.push(commit, head);
  byHand({ 'apps/web.yaml': 'image: web:7\nreplicas: 3\n' });
  expect(await here.revert(await here.head(), commit, 'Roll back')).toEqual({ clashes: ['apps/web.yaml'] });
});

it('puts a proposal on a branch of its own, once', async () => {
  const here = machine('a');
  const head = await here.head();
  expect(await here.proposed('relctl/r-1-1-rollout')).toBeUndefined();
  const commit = await here.commit(head, files('image: web:2\n'), 'Release');
  expect(await here.propose(commit, 'relctl/r-1-1-rollout')).toEqual({ result: 'pushed' });
  expect(await machine('b').proposed('relctl/r-1-1-rollout')).toBe(commit);
  const other = await here.commit(head, files('image: web:3\n'), 'Release');
  expect(await here.propose(other, 'relctl/r-1-1-rollout')).toEqual({ result: 'behind' });
});

it('tells a refusal from a remote that is not there', async () => {
  writeFileSync(join(remote, 'hooks/pre-receive'), '#!/bin/sh\necho main is protected >&2; exit 1\n', { mode: 0o755 });
  const here = machine('a');
  const head = await here.head();
  const commit = await here.commit(head, files('x'), 'Release');
  expect(await here.push(commit, head)).toMatchObject({
    result: 'refused',
    detail: expect.stringContaining('main is protected'),
  });
  const gone = machine('a', 'https://olga:secret@127.0.0.1:1/gone.git');
  expect(gone.name).toBe('https://127.0.0.1:1/gone.git (main)');
  await expect(gone.head()).rejects.toMatchObject({
    code: 'gitops.unreachable',
    message: expect.not.stringContaining('secret'),
  });
});
