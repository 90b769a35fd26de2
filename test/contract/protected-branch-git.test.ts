import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileHistories, fileHistory } from '../../src/adapters/git/file-history.ts';
import { gitIn } from '../../src/adapters/git/git.ts';
import { createProtectedBranch } from '../../src/adapters/git/protected-branch.ts';
import { LARGEST_PLAN } from '../../src/plan/guard.ts';
import type { ProtectedBranch } from '../../src/ports/protected-branch.ts';
import { findProtectedBranch, reviewedBranch } from '../../src/usecases/signing/trust.ts';
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
    expect(await branch.find(refs)).toEqual({ name: 'main', ref: 'refs/heads/main', commit: first });
    git.git('update-ref', 'refs/remotes/origin/main', first);
    git.commit({ 'other.txt': 'y' });
    expect(await branch.find(refs)).toEqual({ name: 'origin/main', ref: 'refs/remotes/origin/main', commit: first });
    expect(await branch.find(['refs/heads/nowhere'])).toBeUndefined();
  });

  it.each(['origin', 'upstream'])('is told by the server of the only remote, which is called %s', async (remote) => {
    const clone = join(git.root, '.git', 'clone');
    git.git('branch', 'trunk', first);
    git.git('checkout', '--quiet', 'trunk');
    git.git('clone', '--quiet', '--origin', remote, git.root, clone);
    // Anybody who may push can call a branch `main`, and somebody checks it out.
    git.git('-C', clone, 'branch', '--quiet', 'main', `refs/remotes/${remote}/main`);
    const found = await createProtectedBranch(clone).candidates();
    expect(found).toMatchObject({ remote, default: { name: `${remote}/trunk`, commit: first }, hasRemote: true });
    expect(await reviewedBranch(createProtectedBranch(clone))).toBe(`refs/remotes/${remote}/trunk`);
    git.git('-C', clone, 'symbolic-ref', '--delete', `refs/remotes/${remote}/HEAD`);
    expect(await reviewedBranch(createProtectedBranch(clone))).toBe(`refs/remotes/${remote}/HEAD`);
    await expect(findProtectedBranch(createProtectedBranch(clone))).rejects.toMatchObject({
      hints: expect.arrayContaining([`git remote set-head ${remote} --auto`]),
    });
  });

  it('is none of several remotes of which none is origin', async () => {
    for (const remote of ['fork', 'upstream']) {
      git.git('remote', 'add', remote, git.root);
      git.git('update-ref', `refs/remotes/${remote}/main`, first);
    }
    expect(await branch.candidates()).toMatchObject({ remote: undefined, default: undefined, hasRemote: true });
    await expect(findProtectedBranch(branch)).rejects.toMatchObject({ code: 'signing.trust' });
  });

  it('is told by the name that a symbolic ref leads to', async () => {
    git.git('update-ref', 'refs/remotes/origin/trunk', first);
    git.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect(await branch.find(['refs/remotes/origin/HEAD'])).toEqual({
      name: 'origin/trunk',
      ref: 'refs/remotes/origin/trunk',
      commit: first,
    });
  });

  it('is no tag, no pattern and no branch that only looks like it', async () => {
    git.git('tag', 'origin/main', first);
    git.git('branch', 'origin/main');
    expect(await branch.find(['refs/remotes/origin/main'])).toBeUndefined();
    for (const ref of ['refs/heads/*', 'refs/heads/mai?', 'main', '--help', 'refs/tags/origin/main']) {
      expect(await branch.find([ref])).toBeUndefined();
    }
  });

  it('is no branch of its own that a clone of it alone has by the name of the one that is pinned', async () => {
    const clone = join(git.root, '.git', 'clone');
    git.git('branch', 'origin/main');
    git.git('clone', '--quiet', '--single-branch', '--branch', 'origin/main', git.root, clone);
    expect(git.git('-C', clone, 'for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/origin/main');
    const pinned = createProtectedBranch(clone, { RELCTL_PROTECTED_BRANCH: 'origin/main' });
    await expect(findProtectedBranch(pinned)).rejects.toMatchObject({
      code: 'signing.trust',
      data: { fault: 'protected-branch-missing' },
    });
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

  it('stood at what it was itself, and at no side of a merge', async () => {
    git.git('checkout', '--quiet', '-b', 'side');
    const side = git.commit({ 'other.txt': 'z' });
    git.git('checkout', '--quiet', 'main');
    git.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'side');
    const tip = git.git('rev-parse', 'HEAD');
    expect(await branch.contains(tip, side)).toBe(true);
    for (const was of [first, tip]) expect(await branch.stoodAt(tip, was)).toBe(true);
    for (const other of [side, 'e'.repeat(40), 'main', '--all', ''])
      expect(await branch.stoodAt(tip, other)).toBe(false);
  });

  it('knows what was committed since a moment, behind a commit that is dated long before it as well', async () => {
    git.setClock(Date.UTC(2026, 10, 1));
    git.commit({ 'rules/b.yaml': 'older' });
    git.setClock(Date.UTC(2026, 11, 1));
    git.git('checkout', '--quiet', '-b', 'side');
    git.commit({ 'rules/new.yaml': 'new' });
    git.git('checkout', '--quiet', 'main');
    git.commit({ 'rules/a.yaml': 'changed' });
    git.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'side');
    git.setClock(Date.UTC(2020, 0, 1));
    git.commit({ 'rules/a.yaml': null, 'other.txt': 'y' });
    expect(await branch.committed('rules', [], Date.UTC(2026, 10, 20))).toEqual(['rules/a.yaml', 'rules/new.yaml']);
    expect(await branch.committed('rules', [], Date.UTC(2027, 0, 1))).toEqual([]);
  });

  describe('the history of a file', () => {
    const told = async (path: string, tips: readonly string[] = []) =>
      (await branch.history(path, tips)).versions.map(({ bytes, mainline }) => [
        Buffer.from(bytes).toString(),
        mainline,
      ]);

    it.each(['origin', 'upstream'])(
      'is also that on the records branch of %s, whichever else is named',
      async (remote) => {
        git.git('checkout', '--quiet', '-b', 'records');
        const signed = git.commit({ 'releases/next.yaml': 'a No-Go' });
        git.git('checkout', '--quiet', 'main');
        git.git('update-ref', `refs/remotes/${remote}/relctl/records`, signed);
        git.git('branch', '--quiet', '--delete', '--force', 'records');
        git.git('update-ref', 'refs/relctl/records', first);
        expect(await told('releases/next.yaml')).toEqual([['a No-Go', false]]);
        expect(await branch.committed('releases')).toEqual(['releases/next.yaml']);
        const all = await branch.histories(['releases/next.yaml']);
        expect(all.get('releases/next.yaml')).toEqual(await branch.history('releases/next.yaml'));
      },
    );

    /** A side that holds `side`, merged into main in one of the ways in which git lets its content go. */
    const merged: readonly [string, () => void][] = [
      ['a merge that keeps ours', () => git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side')],
      [
        'a merge whose first parent lies before, pushed as a fast-forward',
        () => {
          git.git('checkout', '--quiet', '--detach', 'main');
          git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side');
          git.git('branch', '--force', 'main', 'HEAD');
          git.git('checkout', '--quiet', 'main');
        },
      ],
      [
        'a merge of two sides',
        () => git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side', 'other'),
      ],
      [
        'a revert and many commits',
        () => {
          git.git('merge', '--quiet', '--no-ff', '-X', 'theirs', '-m', 'merge', 'side');
          for (let index = 0; index < 30; index += 1) git.commit({ 'other.txt': index % 2 === 0 ? 'x' : 'y' });
        },
      ],
      [
        'a file that is gone',
        () => {
          git.git('merge', '--quiet', '--no-ff', '-X', 'theirs', '-m', 'merge', 'side');
          git.commit({ 'other.txt': null });
        },
      ],
    ];

    it.each(merged)('holds what stood on a side, whatever let it go: %s', async (_way, merge) => {
      git.git('checkout', '--quiet', '-b', 'other');
      git.commit({ 'b.txt': 'b' });
      git.git('checkout', '--quiet', '-b', 'side', 'main');
      git.commit({ 'other.txt': 'side' });
      git.git('checkout', '--quiet', 'main');
      git.commit({ 'other.txt': 'main' });
      merge();
      const found = await told('other.txt');
      expect(found.filter(([text]) => text === 'side')).toHaveLength(1);
      expect(found).toContainEqual(['x', true]);
    });

    it('tells a side from the branch itself, and has each content once', async () => {
      git.git('checkout', '--quiet', '-b', 'side');
      git.commit({ 'other.txt': 'side' });
      git.git('checkout', '--quiet', 'main');
      git.commit({ 'other.txt': 'y' });
      git.commit({ 'other.txt': 'x' });
      git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side');
      expect(await told('other.txt')).toEqual([
        ['x', true],
        ['y', true],
        ['side', false],
      ]);
      expect(await told('nowhere.txt')).toEqual([]);
    });

    it('is not whole, and not empty either, in a partial clone whose remote does not answer', async () => {
      git.git('config', 'uploadpack.allowFilter', 'true');
      git.commit({ 'other.txt': 'y' });
      for (const filter of ['tree:0', 'blob:none']) {
        const clone = join(git.root, '.git', filter.replace(':', '-'));
        git.git('clone', '--quiet', '--no-local', `--filter=${filter}`, git.root, clone);
        git.git('-C', clone, 'remote', 'set-url', 'origin', join(git.root, 'nowhere'));
        const partial = createProtectedBranch(clone);
        expect((await partial.history('other.txt', ['refs/heads/none'])).isWhole).toBe(false);
        if (filter === 'tree:0') await expect(partial.committed('rules')).rejects.toThrow('git');
      }
      expect((await branch.history('other.txt', ['refs/heads/none'])).isWhole).toBe(true);
    });

    it('of many files is read in one go: what each is asked for alone, by no more processes than for one', async () => {
      git.git('checkout', '--quiet', '-b', 'side');
      git.commit({ 'rules/a.yaml': 'side\n', 'rules/new.yaml': 'new\n' });
      git.git('checkout', '--quiet', 'main');
      git.commit({ 'rules/a.yaml': 'two\n', 'rules/b.yaml': null });
      git.git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'merge', 'side');
      const ahead = git.git('commit-tree', '-p', 'HEAD', '-m', 'x', `${first}^{tree}`);
      const paths = ['rules/a.yaml', 'rules/b.yaml', 'rules/new.yaml', 'nowhere.txt', ':(glob)**'];
      const trace = join(git.root, '.git', 'trace');
      const started = async (ask: () => Promise<unknown>) => {
        rmSync(trace, { force: true });
        process.env.GIT_TRACE2_EVENT = trace;
        try {
          await ask();
        } finally {
          delete process.env.GIT_TRACE2_EVENT;
        }
        return readFileSync(trace, 'utf8').match(/"event":"start"/g)?.length ?? 0;
      };
      const one = await started(() => branch.histories(['rules/a.yaml'], [ahead]));
      expect(await started(() => branch.histories(paths, [ahead]))).toBe(one);
      const found = await branch.histories(paths, [ahead]);
      expect([...found.keys()]).toEqual(paths);
      for (const path of paths) expect(found.get(path), path).toEqual(await branch.history(path, [ahead]));
      const texts = (found.get('rules/a.yaml')?.versions ?? []).map(({ bytes }) => Buffer.from(bytes).toString());
      expect(texts.sort()).toEqual(['one\r\n', 'side\n', 'two\n']);
    });

    it('of more files than can be held is that of the first ones', async () => {
      const found = await fileHistories(gitIn(git.root), ['rules/a.yaml', 'rules/b.yaml', 'other.txt'], [], 8);
      expect([...found.keys()]).toEqual(['rules/a.yaml', 'rules/b.yaml']);
    });

    it('leaves out what is too large for a plan, and says where there is more than is read', async () => {
      git.git('checkout', '--quiet', '-b', 'large');
      // Zeros are small on their way: whoever may push can push as many as they like.
      git.commit({ 'large.yaml': '\0'.repeat(2 * LARGEST_PLAN + 1) });
      git.commit({ 'large.yaml': 'small\n' });
      const texts = (await branch.history('large.yaml')).versions.map(({ bytes }) => bytes.length);
      expect(texts).toEqual([6]);
      expect(await fileHistory(gitIn(git.root), 'large.yaml', [], 6)).toMatchObject({ versions: [], isTooMuch: true });
      git.git('checkout', '--quiet', 'main');
    });

    it('reaches to the commits that it is asked about as well, and to no branch beside', async () => {
      git.git('checkout', '--quiet', '-b', 'ahead');
      const ahead = git.commit({ 'other.txt': 'ahead' });
      git.git('checkout', '--quiet', 'main');
      expect(await told('other.txt')).toEqual([['x', true]]);
      expect(await told('other.txt', [ahead])).toEqual([
        ['x', true],
        ['ahead', false],
      ]);
    });
  });
});
