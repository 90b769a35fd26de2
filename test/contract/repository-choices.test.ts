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
  return (await openRepository(repo.root)).latestTag();
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
  expect(await (await openRepository(repo.root)).latestTag()).toBe('v4.10.0');
});

test('an annotated tag counts from when it was made', async () => {
  repo.commit({ a: '1' });
  repo.git('tag', '-a', 'v1.0.0', '-m', 'first');
  repo.commit({ a: '2' });
  repo.git('tag', 'v2.0.0');
  expect(await (await openRepository(repo.root)).latestTag()).toBe('v2.0.0');
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
