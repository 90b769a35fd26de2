import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { globBase, globMatcher, isGlob } from '../../../src/text/glob.ts';

const GLOBS = [
  ...['**', '*', 'a', 'a/b', 'a/*', 'a/**', '**/b', '**/*.ts', 'a/**/b', '*.{ts,js}', 'services/{web,api}/**', 'a?c'],
  ...[
    '[ab]c',

    '[a-c]*.ts',
    'packages/*',
    'reports/*.xml',
    '**/.git/*',
    '.github/**',
    'a/{b,{c,d}}/e',
    '\\*.ts',
  ],
];
const PATHS = [
  ...[
    'a',
    'b',
    'a/b',
    'a/b/c',
    'a/x/y/b',
    'x.ts',
    'x.js',
    'src/x.ts',
    'services/web/main.js',
    'services/db/x',
    'abc',
    'ac',
  ],
  ...[
    'bc',
    'cc',
    'b1.ts',
    'packages/one',
    'packages/one/two',
    'reports/junit.xml',
    '.git/x',
    'a/.git/x',
    '.github/w/ci.yml',
  ],
  ...['a/b/e', 'a/c/e', 'a/d/e', '*.ts', '.hidden', 'a/.hidden', 'a/.x/b'],
];

describe('globMatcher', () => {
  it.each(GLOBS)('%s takes the paths that picomatch takes, with and without dots', (glob) => {
    for (const dot of [true, false]) {
      const [ours, theirs] = [globMatcher([glob], { dot }), picomatch(glob, { dot })];
      expect(PATHS.filter((path) => ours(path)).map((path) => [dot, path])).toEqual(
        PATHS.filter((path) => theirs(path)).map((path) => [dot, path]),
      );
    }
  });

  it('takes [!a] for any character but that one, within a name', () => {
    expect(['ac', 'bc', 'a/c', '.c', 'abc'].filter(globMatcher(['[!a]c']))).toEqual(['bc']);
  });

  it('asks of a long path no more than its length for each star', () => {
    const long = 'a'.repeat(100_000);
    expect(globMatcher(['*a*a*a*a*a*a*a*a*b'])(long)).toBe(false);
    expect(globMatcher(['**/*a**/*a**/*a**/*a**/b'])(`${'a/'.repeat(5000)}c`)).toBe(false);
    expect(globMatcher([`{${'a,'.repeat(5000)}b}`])('c')).toBe(false);
  });
});

describe('what a glob is', () => {
  it('tells patterns from names, and the folder that a pattern begins with', () => {
    expect(['a/b.xml', 'a/*.xml', 'a/{b,c}'].map(isGlob)).toEqual([false, true, true]);
    expect(['reports/*.xml', 'a/b/**/c', '*.ts', 'a/b.xml'].map(globBase)).toEqual(['reports', 'a/b', '', 'a']);
  });
});
