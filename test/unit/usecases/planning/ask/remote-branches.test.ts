import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../../../../src/adapters/git/repository.ts';
import { chooseCandidate } from '../../../../../src/usecases/planning/ask/candidate.ts';
import { type GitFixture, gitFixture } from '../../../../support/git-fixture.ts';
import { NO_FLAGS, scriptedPrompter } from '../../../../support/planning-ground.ts';

/** Branches at a bare remote, and a clone in which somebody plans. */
let folder: string;
let clone: GitFixture;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-remote-'));
  clone = gitFixture();
  clone.commit({ a: '1' });
  clone.git('tag', 'v1.0.0');
  execFileSync('git', ['clone', '--quiet', '--bare', clone.root, join(folder, 'origin.git')]);
  clone.git('remote', 'add', 'origin', join(folder, 'origin.git'));
  notes = [];
});
afterEach(() => {
  clone.remove();
  rmSync(folder, { recursive: true });
});

const APPROVED = 'wallet\n\nApproved-by: Priya <priya@example.com>';
async function choose(name: string, flags: Partial<typeof NO_FLAGS> = { branches: [name] }) {
  return chooseCandidate(
    {
      repository: await openRepository(clone.root),
      prompter: scriptedPrompter({}),
      // No process is written yet, so nothing says that approvals have to be proved.
      config: { process: 'standard@1.0' },
      environments: { simulated: true },
      workspace: { read: async () => undefined },
      sink: { emit: (one: { text?: string }) => void notes.push(one.text ?? '') },
    } as never,
    { ...NO_FLAGS, base: 'v1.0.0', ...flags },
  );
}

/** A commit on a branch of another clone, pushed. */
function pushedByOthers(name: string, file = 'b'): string {
  const other = gitFixture();
  try {
    other.git('remote', 'add', 'origin', join(folder, 'origin.git'));
    other.git('fetch', '--quiet', '--all');
    const start = other.git('branch', '--remotes', '--list', `origin/${name}`) === '' ? 'main' : name;
    other.git('switch', '--quiet', '--no-track', '-c', name, `origin/${start}`);
    const head = other.commit({ [file]: '2' }, APPROVED, 'Dev <dev@example.com>');
    other.git('push', '--quiet', 'origin', name);
    return head;
  } finally {
    other.remove();
  }
}

test('a branch that only the remote has can be picked, as it was fetched', async () => {
  const head = pushedByOthers('feature/wallet');
  clone.git('fetch', '--quiet', '--all');
  const { branches } = await choose('feature/wallet');
  expect(branches).toMatchObject([
    { branch: { name: 'feature/wallet', head, onlyAt: 'origin' }, approvedBy: ['priya@example.com'] },
  ]);
  expect(await (await openRepository(clone.root)).branchHead('feature/wallet')).toBe(head);
});

test('one that nobody fetched yet is not known, and it is said how', async () => {
  pushedByOthers('feature/wallet');
  await expect(choose('feature/wallet')).rejects.toMatchObject({ hints: expect.arrayContaining(['git fetch --all']) });
});

describe('a branch of this clone', () => {
  beforeEach(() => {
    pushedByOthers('feature/wallet');
    clone.git('fetch', '--quiet', '--all');
    clone.git('branch', '--quiet', 'feature/wallet', 'origin/feature/wallet');
  });

  test('that is what the remote has is taken in silence', async () => {
    await choose('feature/wallet');
    expect(notes).toEqual([]);
  });

  test('to which others pushed meanwhile is refused, fetched or not', async () => {
    pushedByOthers('feature/wallet', 'c');
    for (const fetch of [false, true]) {
      if (fetch) clone.git('fetch', '--quiet', '--all');
      await expect(choose('feature/wallet')).rejects.toMatchObject({
        code: 'candidate.stale-branch',
        hints: expect.arrayContaining(['git fetch origin feature/wallet:feature/wallet']),
      });
    }
    clone.git('fetch', '--quiet', 'origin', 'feature/wallet:feature/wallet');
    await choose('feature/wallet');
  });

  test('with commits that nobody else has is taken, and it is said', async () => {
    clone.git('switch', '--quiet', 'feature/wallet');
    clone.commit({ d: '1' }, APPROVED, 'Dev <dev@example.com>');
    await choose('feature/wallet');
    expect(notes).toEqual(['feature/wallet has commits that origin does not have: nobody else sees them']);
  });

  test('is taken where the remote does not answer, and it is said', async () => {
    rmSync(join(folder, 'origin.git'), { recursive: true });
    await choose('feature/wallet');
    expect(notes).toEqual([expect.stringMatching(/^whether origin has newer commits is not known: /)]);
  });
});

describe('a shallow clone', () => {
  let shallow: string;
  beforeEach(() => {
    pushedByOthers('feature/wallet');
    pushedByOthers('feature/wallet', 'c');
    shallow = join(folder, 'shallow');
    const origin = `file://${join(folder, 'origin.git')}`;
    execFileSync('git', ['clone', '--quiet', '--depth=1', '--no-single-branch', origin, shallow]);
  });

  test('is said to be that where a commit is missing', async () => {
    const repository = await openRepository(shallow);
    expect(await repository.isShallow()).toBe(true);
    await expect(repository.resolve('v0.9.0')).rejects.toMatchObject({
      message: expect.stringContaining('this clone is shallow'),
      hints: expect.arrayContaining(['git fetch --unshallow --tags']),
    });
    await expect((await openRepository(clone.root)).resolve('v0.9.0')).rejects.toMatchObject({
      message: 'there is no commit "v0.9.0" in this repository',
    });
  });

  test('reads no approvals from a history that it does not hold', async () => {
    const repository = await openRepository(shallow);
    const base = await repository.resolve('main');
    await expect(repository.branches(base)).rejects.toMatchObject({
      code: 'repo.history-incomplete',
      message: expect.stringContaining('this clone is shallow'),
    });
  });
});

test.each(['HEAD', 'HEAD~1'])('the base %s names another commit tomorrow: the plan keeps the commit', async (base) => {
  clone.commit({ a: '2' });
  const commit = clone.git('rev-parse', base);
  expect(await choose('', { base, candidate: 'main', branches: [] })).toMatchObject({
    base: commit,
    baseCommit: commit,
  });
});
