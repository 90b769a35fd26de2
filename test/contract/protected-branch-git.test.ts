import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProtectedBranch } from '../../src/adapters/git/protected-branch.ts';
import type { ProtectedBranch } from '../../src/ports/protected-branch.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

let git: GitFixture;
let branch: ProtectedBranch;
let first: string;
beforeEach(() => {
  git = gitFixture();
  first = git.commit({ 'rules/a.yaml': 'one\r\n', 'rules/b.yaml': 'b\n', 'other.txt': 'x' });
  branch = createProtectedBranch(git.root);
});
afterEach(() => git.remove());

describe('the protected branch', () => {
  it('is the first of the refs that exists, by its full name', async () => {
    const refs = ['refs/remotes/origin/main', 'refs/heads/main'];
    expect(await branch.find(refs)).toEqual({ name: 'main', commit: first });
    git.git('update-ref', 'refs/remotes/origin/main', first);
    git.commit({ 'other.txt': 'y' });
    expect(await branch.find(refs)).toEqual({ name: 'origin/main', commit: first });
    expect(await branch.find(['refs/heads/nowhere'])).toBeUndefined();
  });

  it('is told by the name that a symbolic ref leads to', async () => {
    git.git('update-ref', 'refs/remotes/origin/trunk', first);
    git.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect(await branch.find(['refs/remotes/origin/HEAD'])).toEqual({ name: 'origin/trunk', commit: first });
  });

  it('is no tag, no pattern and no branch that only looks like it', async () => {
    git.git('tag', 'origin/main', first);
    git.git('branch', 'origin/main');
    expect(await branch.find(['refs/remotes/origin/main'])).toBeUndefined();
    for (const ref of ['refs/heads/*', 'refs/heads/mai?', 'main', '--help', 'refs/tags/origin/main']) {
      expect(await branch.find([ref])).toBeUndefined();
    }
  });

  it('gives files byte for byte as they were committed, whatever the work tree says', async () => {
    git.commit({ 'rules/a.yaml': 'two\n' });
    expect(Buffer.from((await branch.read(first, 'rules/a.yaml')) ?? []).toString()).toBe('one\r\n');
    expect(await branch.read(first, 'rules/none.yaml')).toBeUndefined();
    expect(await branch.read(first, '../outside')).toBeUndefined();
    expect(await branch.list(first, 'rules')).toEqual(['rules/a.yaml', 'rules/b.yaml']);
  });

  it('contains its ancestors and nothing else', async () => {
    git.git('checkout', '--quiet', '-b', 'side');
    const side = git.commit({ 'other.txt': 'z' });
    git.git('checkout', '--quiet', 'main');
    const tip = git.commit({ 'other.txt': 'y' });
    expect(await branch.contains(tip, first)).toBe(true);
    expect(await branch.contains(tip, tip)).toBe(true);
    for (const other of [side, 'e'.repeat(40), 'main', '--all', ''])
      expect(await branch.contains(tip, other)).toBe(false);
  });

  it('gives the versions of a file on the way to HEAD, newest first, and no side branch', async () => {
    git.git('checkout', '--quiet', '-b', 'side');
    git.commit({ 'other.txt': 'side' });
    git.git('checkout', '--quiet', 'main');
    const second = git.commit({ 'other.txt': 'y' });
    git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side');
    const versions = await branch.versions('other.txt', 10);
    expect(versions.map((one) => [one.commit, Buffer.from(one.bytes).toString()])).toEqual([
      [second, 'y'],
      [first, 'x'],
    ]);
    expect(await branch.versions('other.txt', 1)).toHaveLength(1);
    expect(await branch.versions('nowhere.txt', 10)).toEqual([]);
  });
});
