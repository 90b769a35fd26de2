import { describe, expect, it } from 'vitest';
import { oddity } from '../../../../src/evidence/impact/odd-text.ts';

describe('oddity', () => {
  it.each([
    ['a file', 'a: 1\nb: 2\n', undefined],
    ['deep indentation', `${' '.repeat(200)}x\n`, undefined],
    ['blank lines', `a\n${'\n'.repeat(1200)}b`, 'white space'],
    ['a run of spaces', `a${' '.repeat(1200)}b`, 'white space'],
    ['one long line', 'x'.repeat(20_001), 'a line of'],
    ['bytes', 'a\0b', 'not text'],
    ['a large file', 'abc def\n'.repeat(130_000), 'characters'],
  ])('of %s', (_name, text, wanted) => {
    if (wanted === undefined) expect(oddity(text)).toBeUndefined();
    else expect(oddity(text)).toContain(wanted);
  });
});
