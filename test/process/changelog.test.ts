import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../src/program/entries.ts';
import { GLOBALS } from '../../src/program/program.ts';

interface Changelog {
  namedIn(text: string): ReadonlySet<string>;
  commandsAndFlags(entries: typeof ENTRIES, everywhere: readonly string[]): readonly string[];
  releasedChangelog(text: string, version: string, date: string): { text: string; notes: string } | undefined;
}
const { namedIn, commandsAndFlags, releasedChangelog } = (await import(
  String(new URL('../../scripts/release/changelog.js', import.meta.url))
)) as Changelog;

describe('the changelog', () => {
  it('names every command and every flag of it', () => {
    const there = commandsAndFlags(
      ENTRIES,
      GLOBALS.map((option) => option.flags),
    );
    expect(there.length).toBeGreaterThan(100);
    const names = namedIn(readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8'));
    expect(there.filter((one) => !names.has(one))).toEqual([]);
  });

  it('is read line by line: a flag counts for its own command only', () => {
    expect([...namedIn('- `plan`: `--a`,\n  `--b`\n- `list`\nand `--c`\n')]).toEqual([
      'plan',
      'plan --a',
      'plan --b',
      'list',
    ]);
  });
});

describe('a release of relctl', () => {
  it('takes what is unreleased as its notes, and leaves an empty section above', () => {
    expect(releasedChangelog('# C\n\n## Unreleased\n\n- a\n\n## 0.1.0\n\n- b\n', '0.2.0', '2026-01-01')).toEqual({
      text: '# C\n\n## Unreleased\n\n## 0.2.0 (2026-01-01)\n\n- a\n\n## 0.1.0\n\n- b\n',
      notes: '- a',
    });
  });

  it.each(['# C\n', '# C\n\n## Unreleased\n\n## 0.1.0\n\n- b\n'])('has something to tell: %j', (text) => {
    expect(releasedChangelog(text, '0.2.0', '2026-01-01')).toBeUndefined();
  });
});
