import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitIn } from '../../../../src/adapters/git/git.ts';
import { untilMoved } from '../../../../src/adapters/git/moved-names.ts';
import { resolveCommit } from '../../../../src/adapters/git/refs.ts';
import { type GitFixture, gitFixture } from '../../../support/git-fixture.ts';

let repo: GitFixture;
let first: string;
let second: string;
let asked: string[];
beforeEach(() => {
  repo = gitFixture();
  first = repo.commit({ a: '1' });
  second = repo.commit({ a: '2' });
  repo.git('tag', 'v1', first);
  repo.git('tag', '-a', 'noted', '-m', 'note', first);
  repo.git('branch', 'work/one', first);
  repo.git('update-ref', 'refs/remotes/origin/far', first);
  repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/far');
  asked = [];
});
afterEach(() => repo.remove());

const askGit = (name: string) => resolveCommit(gitIn(repo.root), name);
const remembering = () =>
  untilMoved(join(repo.root, '.git'), (name) => {
    asked.push(name);
    return askGit(name);
  });
const answer = (work: Promise<string>) => work.catch((error: unknown) => `refused: ${String(error)}`);

describe('a name is asked for once', () => {
  test.each(['v1', 'noted', 'work/one', 'tags/v1', 'heads/work/one', 'refs/tags/v1', 'origin/far'])(
    '%s',
    async (name) => {
      const commitOf = remembering();
      expect([await commitOf(name), await commitOf(name), await commitOf(name)]).toEqual([first, first, first]);
      expect(asked).toEqual([name]);
    },
  );

  test('by all who ask at the same time', async () => {
    const commitOf = remembering();
    await Promise.all(['v1', 'v1', 'v1', first, first].map(commitOf));
    expect(asked).toEqual(['v1', first]);
  });
});

/** Whatever gives a name another meaning, or takes its meaning from it. */
const MOVES: readonly [string, string, (git: GitFixture['git']) => unknown][] = [
  ['v1', 'the tag is moved', (git) => git('tag', '-f', 'v1', second)],
  ['v1', 'the tag is moved to an annotated one', (git) => git('tag', '-f', '-a', '-m', 'x', 'v1', second)],
  ['v1', 'the tag is deleted', (git) => git('tag', '-d', 'v1')],
  ['v1', 'the tag is packed and moved', (git) => [git('pack-refs', '--all'), git('tag', '-f', 'v1', second)]],
  ['v1', 'the tag is packed and deleted', (git) => [git('pack-refs', '--all'), git('tag', '-d', 'v1')]],
  ['v1', 'a branch of its name is made', (git) => git('branch', 'v1', second)],
  ['v1', 'a branch of a remote is called so', (git) => git('update-ref', 'refs/remotes/v1', second)],
  ['v1', 'a remote is called so', (git) => git('symbolic-ref', 'refs/remotes/v1/HEAD', 'refs/heads/main')],
  ['v1', 'a ref outside of all folders is called so', (git) => git('update-ref', 'refs/v1', second)],
  ['v1', 'a file beside HEAD is called so', (git) => git('update-ref', 'v1', second)],
  ['v1', 'the tag leads to a branch', (git) => git('symbolic-ref', 'refs/tags/v1', 'refs/heads/main')],
  ['work/one', 'the branch goes on', (git) => git('update-ref', 'refs/heads/work/one', second)],
  ['work/one', 'a tag of its name is made', (git) => git('tag', 'work/one', second)],
  ['origin/far', 'the remote is fetched', (git) => git('update-ref', 'refs/remotes/origin/far', second)],
  [
    'origin',
    'the branch that a remote begins with goes on',
    (git) => git('update-ref', 'refs/remotes/origin/far', second),
  ],
  ['HEAD', 'another branch is checked out', (git) => git('checkout', '--quiet', 'work/one')],
  ['HEAD', 'a commit is made', (git) => git('commit', '--quiet', '--allow-empty', '-m', 'more')],
  [
    'main~1',
    'the branch that is counted from goes on',
    (git) => git('commit', '--quiet', '--allow-empty', '-m', 'more'),
  ],
  ['main^', 'the branch that is counted from goes back', (git) => git('reset', '--quiet', '--hard', 'main^')],
];

describe('what moved is asked for anew', () => {
  test.each(MOVES)('%s: %s', async (name, _how, move) => {
    const commitOf = remembering();
    const before = [await answer(commitOf(name)), await answer(commitOf(name))];
    move(repo.git);
    const now = await answer(commitOf(name));
    expect(now).toBe(await answer(askGit(name)));
    expect(now).not.toBe(before[0]);
    expect(before[1]).toBe(before[0]);
  });

  test('also where it moved while git was asked', async () => {
    const commitOf = untilMoved(join(repo.root, '.git'), async (name) => {
      const id = await askGit(name);
      repo.git('tag', '-f', 'v1', second);
      return id;
    });
    expect(await commitOf('v1')).toBe(first);
    expect(await commitOf('v1')).toBe(second);
  });
});

describe('nothing is remembered', () => {
  test('of what failed', async () => {
    const commitOf = remembering();
    await expect(commitOf('v2')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
    await expect(commitOf('v2')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
    expect(asked).toEqual(['v2', 'v2']);
  });

  test('where refs are not kept in files', async () => {
    repo.git('config', 'extensions.refStorage', 'reftable');
    const commitOf = untilMoved(join(repo.root, '.git'), async (name) => {
      asked.push(name);
      return first;
    });
    await commitOf('v1');
    await commitOf('v1');
    expect(asked).toEqual(['v1', 'v1']);
  });

  test('where no folder of git is known', async () => {
    const commitOf = untilMoved(undefined, async (name) => {
      asked.push(name);
      return first;
    });
    await commitOf('v1');
    await commitOf('v1');
    expect(asked).toEqual(['v1', 'v1']);
  });

  test.each(['main~1', 'v1^0', 'short id', 'v1-0-g<id>'])(
    'of %s, whose meaning hangs on more than refs',
    async (kind) => {
      const name = kind.replace('short id', first.slice(0, 8)).replace('<id>', first.slice(0, 8));
      const commitOf = remembering();
      expect([await commitOf(name), await commitOf(name)]).toEqual([first, first]);
      expect(asked).toEqual([name, name]);
    },
  );
});
