import { Chalk } from 'chalk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, Outcome } from '../../../src/domain/outcome/outcome.ts';
import { renderHuman } from '../../../src/renderers/human.ts';
import { renderPlain } from '../../../src/renderers/plain.ts';
import { createStyle } from '../../../src/renderers/style.ts';
import { displayWidth } from '../../../src/renderers/width.ts';

const outcome = (blocks: readonly Block[], change: Partial<Outcome> = {}): Outcome => ({
  result: 'done',
  headline: 'Wallet checkout is staged',
  blocks,
  data: {},
  ...change,
});
const unpainted = (columns: number) => createStyle({ columns, unicode: true });
const draw = (blocks: readonly Block[], columns = 60): string => renderHuman(outcome(blocks), unpainted(columns));

describe('an answer for people', () => {
  it('draws every kind of block', () => {
    const text = renderHuman(
      outcome(
        [
          {
            kind: 'facts',
            facts: [
              ['Phase', 'staged'],
              ['Window', 'Thu 3 Dec, 14:00 to 18:00'],
            ],
          },
          { kind: 'heading', text: 'Gates' },
          {
            kind: 'checks',
            checks: [
              { state: 'ok', text: 'CAB', detail: '3 of 3' },
              { state: 'failed', text: 'QA', detail: 'nobody has signed off what is in staging now' },
              { state: 'warning', text: 'Risk is high' },
              { state: 'pending', text: 'Window', detail: 'in 2 days' },
              { state: 'skipped', text: 'Freeze' },
            ],
          },
          { kind: 'text', text: 'Two migrations run before the canary.' },
          {
            kind: 'table',
            columns: ['Service', 'Pods'],
            rows: [
              ['web', '40'],
              ['api', '120'],
            ],
          },
          {
            kind: 'next',
            actions: [{ who: 'quinn@example.com', command: 'relctl signoff qa x', why: 'records the results' }],
          },
        ],
        { result: 'gate', headline: 'QA has not signed off', simulated: true },
      ),
      unpainted(60),
    );
    expect(text).toBe(`✗ QA has not signed off
  simulated: made in the sandbox; it satisfies no gate of a real release

  Phase   staged
  Window  Thu 3 Dec, 14:00 to 18:00

Gates
  ✓ CAB     3 of 3
  ✗ QA      nobody has signed off what is in staging now
  ! Risk is high
  … Window  in 2 days
  – Freeze

Two migrations run before the canary.

  Service  Pods
  ───────  ────
  web        40
  api       120

Next
  quinn@example.com
    relctl signoff qa x
    records the results
`);
  });

  it('tells states apart without Unicode and without colour', () => {
    const text = renderPlain(
      outcome([
        {
          kind: 'checks',
          checks: (['ok', 'failed', 'warning', 'pending', 'skipped'] as const).map((state) => ({ state, text: 'x' })),
        },
      ]),
    );
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(new Set(text.trim().split('\n').slice(2)).size).toBe(5);
  });

  it('never wraps a command, so that it can be copied', () => {
    const command = `relctl signoff qa 2026-12-wallet-checkout --regression ${'long/'.repeat(30)}junit.xml`;
    expect(draw([{ kind: 'next', actions: [{ who: 'qa', command }] }])).toContain(`    ${command}\n`);
  });

  it('prints an answer of verbatim blocks as it is, for pipes', () => {
    expect(draw([{ kind: 'verbatim', text: '{\n\t"a": 1\n}' }])).toBe('{\n\t"a": 1\n}\n');
    expect(
      draw([
        { kind: 'verbatim', text: 'x' },
        { kind: 'text', text: 'y' },
      ]),
    ).toContain('Wallet checkout is staged');
  });

  it('puts a detail below its text where it does not fit beside it', () => {
    const check = { state: 'ok' as const, text: 'A text that takes more than half of the line', detail: 'the detail' };
    expect(draw([{ kind: 'checks', checks: [check] }])).toContain(`  ✓ ${check.text}\n    the detail\n`);
  });

  it('does not let a text drive the terminal or hide what it says', () => {
    const nasty = 'a\u001b[2Jb\u0007c\u202ed\u009b1me';
    const text = draw([
      { kind: 'text', text: nasty },
      { kind: 'facts', facts: [[nasty, nasty]] },
      { kind: 'checks', checks: [{ state: 'ok', text: nasty, detail: nasty }] },
      { kind: 'table', columns: [nasty], rows: [[nasty]] },
      { kind: 'next', actions: [{ who: nasty, command: nasty, why: nasty }] },
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('\\x1b[2J');
  });

  it('paints without changing a letter', () => {
    const blocks: Block[] = [
      { kind: 'facts', facts: [['a', 'b'.repeat(90)]] },
      { kind: 'table', columns: ['x', 'y'], rows: [['1', 'long '.repeat(30)]] },
      { kind: 'checks', checks: [{ state: 'skipped', text: 'long '.repeat(30), detail: 'why '.repeat(30) }] },
    ];
    const painted = renderHuman(
      outcome(blocks),
      createStyle({ columns: 60, unicode: true, chalk: new Chalk({ level: 2 }) }),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is taken off again.
    expect(painted.replace(/\u001b\[[\d;]*m/g, '')).toBe(draw(blocks));
    expect(painted).not.toBe(draw(blocks));
  });
});

const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ' ', '支', 'é', '…', '🚀', '\n'), maxLength: 80 });

describe('at any width', () => {
  it('no line but a command is wider than the terminal, and no word is lost', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 160 }),
        words,
        words,
        fc.array(fc.array(words, { minLength: 3, maxLength: 3 }), { maxLength: 4 }),
        (columns, name, value, rows) => {
          const text = draw(
            [
              { kind: 'text', text: value },
              { kind: 'facts', facts: [[name, value]] },
              { kind: 'checks', checks: [{ state: 'ok', text: name, detail: value }] },
              { kind: 'table', columns: ['one', 'two', 'three'], rows },
            ],
            columns,
          );
          for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          const letters = (from: string): number => (from.match(/[ab支é🚀]/gu) ?? []).length;
          // What else the answer says is counted once, with empty texts.
          const around = letters(draw([{ kind: 'table', columns: ['one', 'two', 'three'], rows: [] }], columns));
          const given = 2 * letters(name) + 3 * letters(value) + letters(rows.flat().join(''));
          expect(letters(text)).toBe(around + given);
        },
      ),
    );
  });
});
