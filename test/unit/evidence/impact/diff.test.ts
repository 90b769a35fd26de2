import { describe, expect, test } from 'vitest';
import { parseDiff } from '../../../../src/evidence/impact/diff.ts';
import { gitFixture } from '../../../support/git-fixture.ts';

describe('unified diff of git', () => {
  test('content that looks like a header is content', () => {
    const [file, ...rest] = parseDiff(
      [
        'diff --git a/a.sql b/a.sql',
        'index 1..2 100644',
        '--- a/a.sql',
        '+++ b/a.sql',
        '@@ -1,2 +1,2 @@ context',
        '--- DROP TABLE x;',
        '-diff --git a/b b/b',
        '+++ added',
        '+@@ -1 +1 @@',
        '@@ -9 +9,0 @@',
        '-gone',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    );
    expect(rest).toEqual([]);
    expect(file).toEqual({
      status: 'modified',
      oldPath: 'a.sql',
      newPath: 'a.sql',
      binary: false,
      removed: [
        { line: 1, text: '-- DROP TABLE x;' },
        { line: 2, text: 'diff --git a/b b/b' },
        { line: 9, text: 'gone' },
      ],
      added: [
        { line: 1, text: '++ added' },
        { line: 2, text: '@@ -1 +1 @@' },
      ],
    });
  });

  test.each(['', 'not a diff', 'diff --git', '@@ -1 +1 @@', 'diff --git a/x b/x\n@@ -1,99 +1,99 @@\n-x'])(
    'odd text does not throw: %j',
    (text) => expect(() => parseDiff(text)).not.toThrow(),
  );

  test('what git writes for every kind of change and for odd names is read back', () => {
    const repo = gitFixture();
    try {
      const long = 'a line\n'.repeat(30);
      const names = ['plain', 'with space', 'tab\there', 'quote"d', 'back\\slash', 'ümläut', 'b/a b/x', '→'];
      repo.commit({
        ...Object.fromEntries(names.map((n) => [`f/${n}`, `${n}\n`])),
        'old name': long,
        gone: 'x\n',
        'bin ary': '\0\x01',
      });
      repo.commit({
        ...Object.fromEntries(names.map((n) => [`f/${n}`, `${n}\nmore\n`])),
        'old name': null,
        'new "name"': `${long}changed\n`,
        gone: null,
        'bin ary': '\0\x02',
        'empty new': '',
        fresh: '1\n2\n',
      });
      const files = parseDiff(
        repo.git('-c', 'core.quotePath=true', 'diff-tree', '-r', '-p', '-U0', '-M', 'HEAD~1', 'HEAD'),
      );
      expect(new Map(files.map((f) => [f.newPath ?? f.oldPath, [f.status, f.oldPath, f.newPath]]))).toEqual(
        new Map<string, unknown>([
          ...names.map((n) => [`f/${n}`, ['modified', `f/${n}`, `f/${n}`]] as const),
          ['new "name"', ['renamed', 'old name', 'new "name"']],
          ['gone', ['removed', 'gone', undefined]],
          ['bin ary', ['modified', 'bin ary', 'bin ary']],
          ['empty new', ['added', undefined, 'empty new']],
          ['fresh', ['added', undefined, 'fresh']],
        ]),
      );
      const byPath = (path: string) => files.find((f) => f.newPath === path);
      expect(byPath('bin ary')?.binary).toBe(true);
      expect(byPath('fresh')?.added).toEqual([
        { line: 1, text: '1' },
        { line: 2, text: '2' },
      ]);
      expect(byPath('f/plain')?.added).toEqual([{ line: 2, text: 'more' }]);
    } finally {
      repo.remove();
    }
  });
});
