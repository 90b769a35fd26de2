import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProtectedBranch } from '../../src/adapters/git/protected-branch.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import type { CandidateRepository } from '../../src/ports/repository.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

let repo: GitFixture;
beforeEach(() => {
  repo = gitFixture();
});
afterEach(() => repo.remove());

describe('opening', () => {
  test('finds the root from a folder below it', async () => {
    repo.commit({ 'a/b.txt': 'x' });
    expect((await openRepository(join(repo.root, 'a'))).root).toBe(repo.root);
  });

  test('says that a folder is not in a repository', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relctl-no-git-'));
    await expect(openRepository(folder)).rejects.toMatchObject({ code: 'repo.not-git' });
    rmSync(folder, { recursive: true });
  });
});

describe('names of commits', () => {
  test('a branch, a tag, an annotated tag and a short id give the full id', async () => {
    const id = repo.commit({ a: '1' });
    repo.git('tag', 'v1');
    repo.git('tag', '-a', 'v1a', '-m', 'note');
    const repository = await openRepository(repo.root);
    for (const ref of ['main', 'v1', 'v1a', id, id.slice(0, 12), 'HEAD'])
      expect(await repository.resolve(ref)).toBe(id);
  });

  test.each([
    '--upload-pack=touch',
    '-x',
    'main;id',
    '$(id)',
    '`id`',
    ':/change',
    'main:a',
    'main..main',
    'main@{0}',
    'ma in',
    'main\n',
    'main\0',
    '',
  ])('refuses %j as a name', async (ref) => {
    repo.commit({ a: '1' });
    const repository = await openRepository(repo.root);
    await expect(repository.resolve(ref)).rejects.toMatchObject({ code: 'repo.no-such-commit' });
  });

  test('a branch whose name looks like an option can exist and is still refused, not run', async () => {
    const id = repo.commit({ a: '1' });
    repo.git('update-ref', 'refs/heads/--output=stolen', id);
    const repository = await openRepository(repo.root);
    await expect(repository.diff('--output=stolen', 'main')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
    expect(existsSync(join(repo.root, 'stolen'))).toBe(false);
  });

  test('a name that is both a branch and a tag is refused', async () => {
    repo.commit({ a: '1' });
    repo.git('branch', 'v2');
    repo.commit({ a: '2' });
    repo.git('tag', 'v2');
    const repository = await openRepository(repo.root);
    await expect(repository.resolve('v2')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
    expect(await repository.resolve('refs/tags/v2')).toBe(repo.git('rev-parse', 'refs/tags/v2'));
  });

  test('an id and HEAD are what they are, whatever tags and branches are called', async () => {
    const id = repo.commit({ a: '1' });
    const other = repo.commit({ a: '2' });
    for (const ref of ['tags', 'heads'].flatMap((kind) => [id, 'HEAD'].map((name) => `refs/${kind}/${name}`)))
      repo.git('update-ref', ref, ref.endsWith(id) ? other : id);
    const repository = await openRepository(repo.root);
    expect(await repository.resolve(id)).toBe(id);
    expect(await repository.resolve('HEAD')).toBe(other);
    expect(await repository.resolve('HEAD~1')).toBe(id);
    const unknown = 'f'.repeat(40);
    repo.git('update-ref', `refs/tags/${unknown}`, id);
    await expect(repository.resolve(unknown)).rejects.toMatchObject({ code: 'repo.no-such-commit' });
  });

  test('an unknown name and an unknown id are no such commit', async () => {
    repo.commit({ a: '1' });
    const repository = await openRepository(repo.root);
    await expect(repository.resolve('nope')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
    await expect(repository.resolve('f'.repeat(40))).rejects.toMatchObject({ code: 'repo.no-such-commit' });
  });
});

describe('files', () => {
  test('reads texts by bytes: empty, multi-byte, invalid UTF-8 and line ends stay apart', async () => {
    writeFileSync(join(repo.root, 'broken.bin'), Buffer.from([0xff, 0xfe, 0x0a, 0x41]));
    repo.git('add', 'broken.bin');
    const id = repo.commit({ empty: '', 'grüße.txt': 'Zürich\r\n→', 'deep/a b': 'tail without newline' });
    const repository = await openRepository(repo.root);
    const texts = await repository.readFiles(id, ['empty', 'broken.bin', 'grüße.txt', 'gone', 'deep', 'deep/a b']);
    expect([...texts]).toEqual([
      ['empty', ''],
      ['broken.bin', '\ufffd\ufffd\nA'],
      ['grüße.txt', 'Zürich\r\n→'],
      ['deep/a b', 'tail without newline'],
    ]);
  });

  test('a missing file is undefined, a missing commit is an error', async () => {
    repo.commit({ a: '1' });
    const repository = await openRepository(repo.root);
    expect(await repository.fileAt('main', 'b')).toBeUndefined();
    await expect(repository.fileAt('gone', 'a')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
  });

  test.each(['../outside', '/etc/passwd', './a', 'a\nb', ''])('the path %j reaches nothing', async (path) => {
    repo.commit({ a: '1' });
    expect(await (await openRepository(repo.root)).fileAt('main', path)).toBeUndefined();
  });

  test('follows links inside the commit and none that leave it', async () => {
    symlinkSync('real.yaml', join(repo.root, 'link.yaml'));
    symlinkSync('/etc/hostname', join(repo.root, 'outside'));
    symlinkSync('nowhere', join(repo.root, 'dangling'));
    repo.git('add', '--all');
    repo.commit({ 'real.yaml': 'kind: Service' });
    const texts = await (await openRepository(repo.root)).readFiles('main', ['dangling', 'outside', 'link.yaml']);
    expect([...texts]).toEqual([['link.yaml', 'kind: Service']]);
  });

  test('lists regular files with any name', async () => {
    const id = repo.commit({ 'a/ä "q".txt': '1', b: '2' });
    expect(await (await openRepository(repo.root)).filesAt(id)).toEqual(['a/ä "q".txt', 'b']);
  });
});

describe('what changed since a commit', () => {
  test('is what git keeps and is otherwise in the work tree, a carriage return too; nothing of a commit that is not here', async () => {
    const first = repo.commit({ 'a.sh': 'set -e\n', 'b.txt': 'b\n', 'gone.txt': 'x\n', '.gitignore': 'kept/\n' });
    repo.commit({ 'a.sh': 'set -e\r\n', 'gone.txt': null });
    mkdirSync(join(repo.root, 'kept'));
    writeFileSync(join(repo.root, 'kept/x'), 'x\n');
    repo.git('add', '--force', 'kept/x');
    repo.git('commit', '--quiet', '--message', 'More');
    writeFileSync(join(repo.root, 'untracked'), 'x\n');
    writeFileSync(join(repo.root, 'b.txt'), 'other\n');
    const opened = await openRepository(repo.root);
    expect([...((await opened.changedSince(first)) ?? [])].sort()).toEqual(['a.sh', 'b.txt', 'gone.txt', 'kept/x']);
    expect(await opened.changedSince('1'.repeat(40))).toBeUndefined();
  });

  test('a line end that attributes let git overlook is seen where it was committed', async () => {
    const first = repo.commit({ '.gitattributes': '*.sh text eol=lf\n', 'a.sh': 'set -e\nfalse\n' });
    const blob = execFileSync('git', ['hash-object', '-w', '--no-filters', '--stdin'], {
      cwd: repo.root,
      input: 'set -e\r\nfalse\n',
      encoding: 'utf8',
    }).trim();
    repo.git('update-index', '--cacheinfo', `100644,${blob},a.sh`);
    const commit = repo.git('commit-tree', '-p', 'HEAD', '-m', 'Tidy', repo.git('write-tree'));
    repo.git('reset', '--quiet', '--hard', commit);
    expect(await (await openRepository(repo.root)).changedSince(first)).toEqual(['a.sh']);
  });

  test('a commit says what it has otherwise than the branch that it left, and whether that branch had it so later', async () => {
    const base = repo.commit({ 'a.sh': '1\n', 'b.sh': '1\n', 'c.sh': '1\n', 'd.sh': '1\n' });
    repo.git('checkout', '--quiet', '-b', 'train');
    const files = { 'a.sh': '2\n', 'b.sh': null, 'c.sh': '2\n', 'new.sh': '1\n' };
    const commit = repo.commit(files);
    const opened = await openRepository(repo.root);
    const since = await opened.filesSince('main', commit);
    const own = ['a.sh', 'b.sh', 'c.sh', 'new.sh'];
    expect(since?.base).toBe(base);
    expect(Object.keys(since?.files ?? {}).sort()).toEqual(own);
    const versions = await opened.versions(own);
    expect(Object.fromEntries(versions)).toEqual(since?.files);
    writeFileSync(join(repo.root, 'c.sh'), 'not committed\n');
    expect((await opened.versions(['c.sh'])).get('c.sh')).toBeUndefined();
    repo.git('checkout', '--quiet', '--force', 'main');
    // What one commit of a side branch had was never on the line of this one.
    repo.git('checkout', '--quiet', '-b', 'side');
    repo.commit({ 'c.sh': '2\n' });
    repo.commit({ 'c.sh': '1\n' });
    repo.git('checkout', '--quiet', 'main');
    repo.git('merge', '--quiet', '--no-ff', '-m', 'Side', 'side');
    repo.commit({ 'a.sh': '2\n', 'b.sh': null });
    const tip = repo.commit({ 'a.sh': '3\n', 'b.sh': 'again\n' });
    const paths = [...own, 'd.sh'];
    expect([...(await opened.stoodOnLine(tip, since ?? { base, files: {} }, paths))].sort()).toEqual([
      'a.sh',
      'b.sh',
      'd.sh',
    ]);
  });
});

describe('the mode of a file', () => {
  const MODES = ['100644', '100755', '120000'] as const;
  const put = (mode: string) => {
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: repo.root,
      input: 'b.sh',
      encoding: 'utf8',
    });
    repo.git('update-index', '--add', '--cacheinfo', `${mode},${blob.trim()},a.sh`);
    repo.git('commit', '--quiet', '--allow-empty', '-m', mode);
    repo.git('reset', '--quiet', '--hard');
    return repo.git('rev-parse', 'HEAD');
  };

  test.each(MODES.flatMap((before) => MODES.filter((one) => one !== before).map((after) => [before, after])))(
    'counts: %s is not %s, on no side',
    async (before, after) => {
      const base = repo.commit({ 'b.sh': 'x\n' });
      const submitted = put(before);
      const opened = await openRepository(repo.root);
      const since = await opened.filesSince(base, submitted);
      const files = since?.files ?? {};
      expect(await opened.versions(['a.sh'])).toEqual(new Map([['a.sh', files['a.sh']]]));
      expect(await opened.modes(['a.sh', 'gone'])).toEqual(new Map([['a.sh', before]]));
      const tip = put(after);
      expect((await opened.versions(['a.sh'])).get('a.sh')).not.toBe(files['a.sh']);
      expect(await opened.modes(['a.sh'])).toEqual(new Map([['a.sh', after]]));
      expect(await opened.changedSince(submitted)).toEqual(['a.sh']);
      expect(await createProtectedBranch(repo.root).modes(tip, ['a.sh', 'gone'])).toEqual(new Map([['a.sh', after]]));
      // The line of a branch that only ever had it so.
      const other = repo.git('commit-tree', '-p', base, '-m', 'Other', `${tip}^{tree}`);
      expect(await opened.stoodOnLine(other, { base, files }, ['a.sh'])).toEqual([]);
      expect(await opened.stoodOnLine(submitted, { base, files }, ['a.sh'])).toEqual(['a.sh']);
      // What an older relctl kept names the content alone.
      const old = { 'a.sh': files['a.sh']?.split(' ')[1] ?? '' };
      expect(await opened.stoodOnLine(other, { base, files: old }, ['a.sh'])).toEqual(['a.sh']);
    },
  );

  test('that is another in the work tree alone counts too', async () => {
    repo.commit({ 'a.sh': 'x\n' });
    chmodSync(join(repo.root, 'a.sh'), 0o755);
    const opened = await openRepository(repo.root);
    expect(await opened.modes(['a.sh'])).toEqual(new Map([['a.sh', '100755']]));
    expect((await opened.versions(['a.sh'])).get('a.sh')).toBeUndefined();
    rmSync(join(repo.root, 'a.sh'));
    expect(await opened.modes(['a.sh'])).toEqual(new Map());
  });
});

describe('mentions', () => {
  test('whole words in text files of the commit, not of the work tree; no words, no files', async () => {
    const id = repo.commit({
      'a/ü.ts': 'process.env.DB_URL',
      'b.ts': 'process.env.DB_URL_OLD',
      'c.bin': 'DB_URL\0',
      '-e': 'DB_URL',
    });
    writeFileSync(join(repo.root, 'new.ts'), 'DB_URL');
    const repository = await openRepository(repo.root);
    expect(await repository.mentions(id, ['DB_URL', '--not-an-option', '(no.regex'])).toEqual(['-e', 'a/ü.ts']);
    expect(await repository.mentions(id, ['NOWHERE'])).toEqual([]);
    expect(await repository.mentions(id, [])).toEqual([]);
  });

  test('each word counts as it is written, beside others that begin alike or look like patterns', async () => {
    const id = repo.commit({
      'long.ts': 'A_1_LONGER',
      'short.ts': 'A_1',
      'dots.yaml': 'v1/a.b+c',
      'other-dots.yaml': 'v1/axbbc',
      'dashed.yaml': 'A_1-B-C',
    });
    const repository = await openRepository(repo.root);
    expect(await repository.mentions(id, ['A_1', 'A_1_LONGER'])).toEqual(['dashed.yaml', 'long.ts', 'short.ts']);
    expect(await repository.mentions(id, ['A_1_LONGER', 'A_1-B'])).toEqual(['dashed.yaml', 'long.ts']);
    // A longer word that does not stand there whole hides no shorter one that does.
    expect(await repository.mentions(id, ['A_1', 'A_1-B-'])).toContain('dashed.yaml');
    expect(await repository.mentions(id, ['v1/a.b+c'])).toEqual(['dots.yaml']);
    for (const odd of ['^A_1', 'A_1$', '[A_1]', '(A_1)', 'A_1|', 'A{1}', '\\bA_1']) {
      expect(await repository.mentions(id, [odd]), odd).toEqual([]);
    }
  });

  test('may be looked for in files with some endings only, in any folder', async () => {
    const id = repo.commit({
      'a.yaml': 'WORD',
      'deep/er/b.yml': 'WORD',
      'c.ts': 'WORD',
      'd.yaml.txt': 'WORD',
      'e.yaml': '',
    });
    const repository = await openRepository(repo.root);
    expect(await repository.mentions(id, ['WORD'], ['.yaml', '.yml'])).toEqual(['a.yaml', 'deep/er/b.yml']);
  });
});

describe('diff', () => {
  test('is the same under hostile settings, and runs none of their programs', async () => {
    const base = repo.commit({ 'a.txt': 'one\ntwo\n', 'old.txt': 'moved\n'.repeat(20) });
    const head = repo.commit({ 'a.txt': 'one\n2\n', 'old.txt': null, 'neu→.txt': 'moved\n'.repeat(20) });
    const repository = await openRepository(repo.root);
    const plain = await repository.diff(base, head);
    expect(plain).toMatch(/--- a\/a.txt\n\+\+\+ b\/a.txt\n@@ -2 \+2 @@.*\n-two\n\+2\n/);
    expect(plain).toContain('rename from old.txt\nrename to neu→.txt\n');
    const trap = join(repo.root, 'trap.sh');
    writeFileSync(trap, '#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n');
    chmodSync(trap, 0o755);
    for (const [key, value] of [
      ['diff.external', trap],
      ['diff.noprefix', 'true'],
      ['diff.mnemonicPrefix', 'true'],
      ['diff.context', '9'],
      ['diff.algorithm', 'patience'],
      ['color.ui', 'always'],
      ['color.diff', 'always'],
      ['core.pager', trap],
      ['pager.diff-tree', trap],
      ['core.quotePath', 'true'],
      ['core.fsmonitor', trap],
      ['diff.renames', 'false'],
    ] as const) {
      repo.git('config', key, value);
    }
    expect(await repository.diff(base, head)).toBe(plain);
    expect(existsSync(join(repo.root, 'sprung'))).toBe(false);
  });
});

describe('branches and authors', () => {
  test('tells commits, size, approvals and everybody who wrote', async () => {
    repo.commit({ a: '1\n' });
    repo.git('switch', '--quiet', '-c', 'feature/x');
    repo.commit({ b: '1\n2\n' }, 'one\n\nReviewed-by: Grace <grace@example.com>', 'Bob <bob@example.com>');
    const head = repo.commit(
      { a: '2\n' },
      'two\n\nApproved-by: Grace <Grace@example.com>\nCo-authored-by: Eve <eve@example.com>',
    );
    repo.git('branch', 'merged', 'main');
    const repository = await openRepository(repo.root);
    expect(await repository.branches('main')).toEqual([
      {
        name: 'feature/x',
        head,
        author: 'ada@example.com',
        committedAt: Date.UTC(2026, 0, 5, 9, 3),
        commits: 2,
        approvedBy: ['grace@example.com'],
        authors: ['ada@example.com', 'eve@example.com', 'bob@example.com'],
        size: { files: 2, insertions: 3, deletions: 1 },
      },
    ]);
    expect(await repository.authors('main', 'feature/x')).toEqual({
      authors: ['ada@example.com', 'bob@example.com'],
      committers: ['ada@example.com'],
      coAuthors: ['eve@example.com'],
    });
    expect(await repository.authors('main', 'main')).toEqual({ authors: [], committers: [], coAuthors: [] });
  });

  test('takes nobody for an approver whose name stands in brackets within a word', async () => {
    repo.commit({ a: '1\n' });
    repo.git('switch', '--quiet', '-c', 'feature/x');
    repo.commit(
      { a: '2\n' },
      'one\n\nApproved-by: x<grace@example.com>@example.org\nReviewed-by: Eve<eve@example.com>',
    );
    const repository = await openRepository(repo.root);
    const [branch] = await repository.branches('main');
    expect(branch?.approvedBy).toEqual(['x<grace@example.com>@example.org', 'eve@example.com']);
  });

  test('finds the address of whoever approves or wrote along where it is typed without brackets', async () => {
    repo.commit({ a: '1\n' });
    repo.git('switch', '--quiet', '-c', 'feature/x');
    repo.commit({ a: '2\n' }, 'one\n\nApproved-by: Grace H. Grace@example.com\nCo-authored-by: Eve eve@example.com');
    repo.git('branch', 'merged', 'main');
    const [branch] = await (await openRepository(repo.root)).branches('main');
    expect(branch).toMatchObject({
      approvedBy: ['grace@example.com'],
      authors: ['ada@example.com', 'eve@example.com'],
    });
  });

  test('makes no author of who approves by a commit that changes nothing, as relctl tells reviewers to', async () => {
    repo.commit({ a: '1\n' });
    repo.git('switch', '--quiet', '-c', 'feature/x');
    repo.commit({ a: '2\n' });
    repo.commit({}, 'Approve\n\nApproved-by: grace@example.com', 'Grace <grace@example.com>');
    const repository = await openRepository(repo.root);
    const [branch] = await repository.branches('main');
    expect(branch).toMatchObject({ author: 'ada@example.com', authors: ['ada@example.com'] });
    expect(branch?.approvedBy).toEqual(['grace@example.com']);
    expect((await repository.authors('main', 'feature/x')).authors).toEqual(['ada@example.com']);
  });

  test('the address of the person at work comes from git, and is not guessed', async () => {
    const repository = await openRepository(repo.root);
    expect(await repository.userEmail()).toBe('ada@example.com');
  });
});

describe('candidates', () => {
  function threeBranches() {
    repo.commit({ 'shared.txt': 'a\nb\nc\nd\ne\n', other: 'x' });
    for (const [name, files] of [
      ['one', { 'shared.txt': 'ONE\nb\nc\nd\ne\n' }],
      ['two', { 'shared.txt': 'TWO\nb\nc\nd\ne\n' }],
      ['three', { 'shared.txt': 'a\nb\nc\nd\nTHREE\n' }],
    ] as const) {
      repo.git('switch', '--quiet', '-c', name, 'main');
      repo.commit(files);
    }
    repo.git('switch', '--quiet', 'main');
    const id = (ref: string) => repo.git('rev-parse', ref);
    return { one: id('one'), two: id('two'), three: id('three'), main: id('main') };
  }

  test('names the pairs that clash and the files', async () => {
    const { one, two, three } = threeBranches();
    const merges = await (await openRepository(repo.root)).merges('main', ['one', 'two', 'three']);
    expect(merges.withBase).toEqual([one, two, three].map((head) => ({ head, clashes: [] })));
    expect(merges.pairs).toEqual([{ heads: [one, two], clashes: ['shared.txt'] }]);
  });

  test('builds one commit with exactly the heads as parents, the same each time, and leaves tree and index alone', async () => {
    const { one, three, main } = threeBranches();
    writeFileSync(join(repo.root, 'other'), 'unsaved work');
    const before = repo.git('status', '--porcelain');
    const repository = await openRepository(repo.root);
    const request = { base: 'main', heads: ['one', 'three'], message: 'Candidate', branch: 'release/1' };
    const first = await repository.buildCandidate(request);
    expect(await repository.buildCandidate(request)).toEqual(first);
    if (!first.ok) throw new Error('it must merge');
    expect(repo.git('show', '-s', '--format=%P|%s', first.commit)).toBe(`${main} ${one} ${three}|Candidate`);
    expect(repo.git('show', `${first.commit}:shared.txt`)).toBe('ONE\nb\nc\nd\nTHREE');
    expect(repo.git('rev-parse', 'release/1')).toBe(first.commit);
    expect(repo.git('status', '--porcelain')).toBe(before);
    expect(readFileSync(join(repo.root, 'other'), 'utf8')).toBe('unsaved work');
  });

  test('a clash is an answer, and no branch is made', async () => {
    const { two } = threeBranches();
    const repository = await openRepository(repo.root);
    expect(
      await repository.buildCandidate({ base: 'main', heads: ['one', 'two'], message: 'x', branch: 'release/1' }),
    ).toEqual({ ok: false, head: two, clashes: ['shared.txt'] });
    await expect(repository.resolve('release/1')).rejects.toMatchObject({ code: 'repo.no-such-commit' });
  });

  test.each(['main', '-f', 'a b', 'x~1', 'a..b', 'x.lock'])('does not write to the branch %j', async (branch) => {
    threeBranches();
    const repository = await openRepository(repo.root);
    await expect(
      repository.buildCandidate({ base: 'main', heads: ['one'], message: 'x', branch }),
    ).rejects.toMatchObject({ code: 'usage.bad-flag' });
  });
});

describe('committing', () => {
  test('commits what it is given by name also where a .gitignore has it, as templates have releases/', async () => {
    repo.commit({ '.gitignore': '[Rr]eleases/\n', a: '1' });
    mkdirSync(join(repo.root, 'releases'));
    for (const file of ['r1.yaml', 'other.yaml']) writeFileSync(join(repo.root, 'releases', file), 'x\n');
    writeFileSync(join(repo.root, 'a'), '2');
    const opened = await openRepository(repo.root);
    await opened.commitPaths(['releases/r1.yaml', 'a'], 'Records');
    expect(repo.git('show', '--name-only', '--format=').trim().split('\n')).toEqual(['a', 'releases/r1.yaml']);
  });

  test('commits the given paths only, new or changed; what was staged stays staged', async () => {
    repo.commit({ a: '1', staged: '1' });
    writeFileSync(join(repo.root, 'staged'), '2');
    repo.git('add', 'staged');
    writeFileSync(join(repo.root, 'a'), '2');
    writeFileSync(join(repo.root, 'new [x].yaml'), 'new');
    const repository = await openRepository(repo.root);
    const id = await repository.commitPaths(['new [x].yaml', 'a'], '# not a comment: it stays');
    expect(repo.git('show', '--name-only', '--format=%s', id).split('\n').filter(Boolean)).toEqual([
      '# not a comment: it stays',
      'a',
      'new [x].yaml',
    ]);
    expect(repo.git('diff', '--cached', '--name-only')).toBe('staged');
    expect(await repository.commitPaths(['a'], 'nothing new')).toBe(id);
  });
});

describe('paths that are patterns', () => {
  test('what is left out of a size is left out, and the rest is counted', async () => {
    const base = repo.commit({ 'a.txt': '1\n', 'releases/r.yaml': '1\n' });
    const head = repo.commit({
      'a.txt': '1\n2\n3\n',
      'b[1].txt': 'x\n',
      'releases/r.yaml': '1\n2\n',
      'releases/r/proof.md': 'x\n',
      'releases-of-others.txt': 'x\n',
    });
    const repository = await openRepository(repo.root);
    expect(await repository.changeSize(base, head, ['releases'])).toEqual({ files: 3, insertions: 4, deletions: 0 });
    expect(await repository.changeSize(base, head, [])).toEqual({ files: 5, insertions: 6, deletions: 0 });
  });

  test('a mention is looked for in files of the given endings, in any folder', async () => {
    const head = repo.commit({ 'a.yaml': 'SHOP_URL\n', 'deep/er/b.yaml': 'SHOP_URL\n', 'c.txt': 'SHOP_URL\n' });
    const repository = await openRepository(repo.root);
    expect(await repository.mentions(head, ['SHOP_URL'], ['.yaml'])).toEqual(['a.yaml', 'deep/er/b.yaml']);
    expect(await repository.mentions(head, ['SHOP_URL'])).toHaveLength(3);
  });

  test('every other path is what it is called: one that reads as a pattern is a file', async () => {
    repo.commit({ 'a.txt': '1\n' });
    writeFileSync(join(repo.root, ':(glob)*'), 'x\n');
    writeFileSync(join(repo.root, 'a.txt'), 'changed\n');
    const repository = await openRepository(repo.root);
    await repository.commitPaths([':(glob)*'], 'one file');
    expect(repo.git('show', '--name-only', '--format=', 'HEAD')).toBe(':(glob)*');
  });
});

describe('what stands at commits', () => {
  /** Questions whose answers hang on commits alone. */
  const questions = (base: string, head: string) =>
    ({
      diff: (repository) => repository.diff(base, head),
      mentions: (repository) => repository.mentions(head, ['wallet'], ['.txt']),
      fileAt: (repository) => repository.fileAt(head, 'a.txt'),
      readFiles: (repository) => repository.readFiles(head, ['a.txt', 'b.txt', 'gone.txt']),
      filesAt: (repository) => repository.filesAt(head),
      authors: (repository) => repository.authors(base, head),
    }) satisfies Record<string, (repository: CandidateRepository) => Promise<unknown>>;
  const objects = () => join(repo.root, '.git', 'objects');
  const away = () => join(repo.root, '.git', 'away');
  const take = () => {
    renameSync(objects(), away());
    mkdirSync(objects());
  };
  const giveBack = () => {
    rmSync(objects(), { recursive: true });
    renameSync(away(), objects());
  };

  test.each(['diff', 'mentions', 'fileAt', 'readFiles', 'filesAt', 'authors'] as const)(
    '%s is asked for once; what failed is asked again',
    async (question) => {
      const base = repo.commit({ 'a.txt': 'one\n' });
      const head = repo.commit({ 'a.txt': 'wallet\n', 'b.txt': 'two\n' });
      const repository = await openRepository(repo.root);
      await Promise.all([repository.resolve(base), repository.resolve(head)]);
      const ask = () => questions(base, head)[question](repository);
      take();
      if (question !== 'fileAt' && question !== 'readFiles') await expect(ask()).rejects.toThrow();
      giveBack();
      const answer = await ask();
      expect(answer).toBeDefined();
      take();
      expect(await ask()).toEqual(answer);
      giveBack();
    },
  );

  test('texts that are read together and alone are the same', async () => {
    const head = repo.commit({ 'a.txt': 'one\n', 'folder/b.txt': 'two\n' });
    const repository = await openRepository(repo.root);
    const paths = ['a.txt', 'folder/b.txt', 'folder', 'gone', '../a.txt', ''];
    const together = await repository.readFiles(head, paths);
    expect([...together.keys()]).toEqual(['a.txt', 'folder/b.txt']);
    for (const path of paths) expect(await repository.fileAt(head, path)).toBe(together.get(path));
  });
});
