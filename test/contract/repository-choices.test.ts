import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

let repo: GitFixture;
beforeEach(() => {
  repo = gitFixture();
});
afterEach(() => repo.remove());

/** Makes a commit for each tag, in order, and asks for the latest. */
async function latestOf(...tags: readonly string[]): Promise<string | undefined> {
  for (const tag of tags) {
    repo.commit({ a: tag });
    repo.git('tag', tag);
  }
  return (await (await openRepository(repo.root)).latestTag())?.tag;
}

test('there is none in a repository without tags', async () => {
  expect(await latestOf()).toBeUndefined();
});

test.each([
  [['v4.1.0', 'v4.2.0'], 'v4.2.0'],
  // A fix of an older line that was released last is what runs.
  [['v4.2.0', 'v4.1.1'], 'v4.1.1'],
  [['v4.1.0', 'v4.2.0-rc.1', 'v4.2.0-beta', 'v4.2.0-SNAPSHOT'], 'v4.1.0'],
  [['1.0', 'nightly', 'deployed', 'before-2026-cleanup'], '1.0'],
  [['release/2026.11', 'web-v3.0.1'], 'web-v3.0.1'],
] as const)('of %j it is %s', async (tags, latest) => {
  expect(await latestOf(...tags)).toBe(latest);
});

test('of two on one commit it is the higher version, by numbers and not by letters', async () => {
  repo.commit({ a: '1' });
  for (const tag of ['v4.9.0', 'v4.10.0', 'v4.2.0']) repo.git('tag', tag);
  expect(await (await openRepository(repo.root)).latestTag()).toEqual({ tag: 'v4.10.0' });
});

test('an annotated tag counts from when it was made', async () => {
  repo.commit({ a: '1' });
  repo.git('tag', '-a', 'v1.0.0', '-m', 'first');
  repo.commit({ a: '2' });
  repo.git('tag', 'v2.0.0');
  expect(await (await openRepository(repo.root)).latestTag()).toEqual({ tag: 'v2.0.0' });
});

test('only the branches that are wanted are told', async () => {
  repo.commit({ a: '1' });
  for (const name of ['feature/a', 'feature/b', 'release/x']) {
    repo.git('switch', '--quiet', '--create', name, 'main');
    repo.commit({ [name]: '1' });
  }
  const repository = await openRepository(repo.root);
  const names = async (wanted?: (name: string) => boolean) =>
    (await repository.branches('main', wanted)).map((branch) => branch.name).sort();
  expect(await names()).toEqual(['feature/a', 'feature/b', 'release/x']);
  expect(await names((name) => name.endsWith('b'))).toEqual(['feature/b']);
});

test('a maintenance release that was tagged later is passed over for a higher version of this line, and named', async () => {
  repo.commit({ a: '4.0' });
  repo.git('tag', 'v4.0.0');
  repo.git('switch', '--quiet', '--create', 'maintenance/4.0');
  repo.git('switch', '--quiet', 'main');
  repo.commit({ a: '4.1' });
  repo.git('tag', 'v4.1.0');
  repo.git('switch', '--quiet', 'maintenance/4.0');
  repo.commit({ a: '4.0.1' });
  repo.git('tag', 'v4.0.1');
  repo.git('switch', '--quiet', 'main');
  const latest = async () => (await openRepository(repo.root)).latestTag();
  expect(await latest()).toEqual({ tag: 'v4.1.0', passedOver: 'v4.0.1' });
  // A higher version runs, wherever it was released from.
  repo.git('tag', 'v4.2.0', 'maintenance/4.0');
  expect((await latest())?.tag).toBe('v4.2.0');
});

test('work that the base took back is told, for a merge and for a commit, until the revert is reverted', async () => {
  repo.commit({ a: '1' });
  repo.git('switch', '--quiet', '--create', 'feature');
  const work = repo.commit({ wallet: '1' });
  repo.git('switch', '--quiet', 'main');
  repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge feature', 'feature');
  const merge = repo.git('rev-parse', 'HEAD');
  repo.git('revert', '--no-edit', '-m', '1', 'HEAD');
  const revert = repo.git('rev-parse', 'HEAD');
  repo.git('switch', '--quiet', 'feature');
  repo.commit({ fix: '1' });
  const reverted = async () => (await openRepository(repo.root)).reverted('main', 'feature');
  expect(await reverted()).toEqual([{ commit: revert, reverted: merge, isMerge: true }]);
  expect(await (await openRepository(repo.root)).reverted('main', work)).toHaveLength(1);
  repo.git('merge', '--quiet', '--no-edit', 'main');
  repo.git('revert', '--no-edit', revert);
  expect(await reverted()).toEqual([]);
});
