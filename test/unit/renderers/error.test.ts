import { describe, expect, it } from 'vitest';
import { RelctlError } from '../../../src/errors.ts';
import { renderError } from '../../../src/renderers/error.ts';
import { createStyle } from '../../../src/renderers/style.ts';
import { displayWidth } from '../../../src/renderers/width.ts';

const style = createStyle({ columns: 70, unicode: true });
const file = 'releases/x.yaml';

describe('an error', () => {
  it('says what, where with the line and a caret, why, and what to do next', () => {
    const error = new RelctlError('plan.schema', 'spec.window.start is "tomorrow"', {
      place: { file, line: 3, column: 12 },
      why: 'relctl acts only on a file that it understands completely.',
      found: [{ state: 'failed', text: 'line 9: spec.risk is missing', detail: 'write low, medium or high' }],
      hints: ['once it is fixed: relctl plan x --check'],
      cause: new Error('the cause of it'),
    });
    const source = 'spec:\n  window: # T-0\n    start: tomorrow\n';
    expect(renderError(error, style, { source })).toBe(`✗ spec.window.start is "tomorrow"
  plan.schema

  releases/x.yaml:3:12
  2 │   window: # T-0
  3 │     start: tomorrow
    │            ^

  ✗ line 9: spec.risk is missing  write low, medium or high

  Why   relctl acts only on a file that it understands completely.
  Cause the cause of it
  Next  relctl plan x --check
          once it is fixed
`);
  });

  it.each([
    [true, '  1 │ →  a: 1', '    │    ^'],
    [false, '  1 | >  a: 1', '    |    ^'],
  ])('shows a tab in a line of a file (unicode: %s), and the caret stands below its column', (unicode, line, caret) => {
    const error = new RelctlError('plan.yaml-syntax', 'a tab', { place: { file, line: 1, column: 3 } });
    const lines = renderError(error, createStyle({ columns: 70, unicode }), { source: '\t a: 1\n' }).split('\n');
    expect(lines).toContain(line);
    expect(lines).toContain(caret);
  });

  it('does not look like a failure where a person has to go on', () => {
    const error = new RelctlError('pending.person', 'held: the canary stays as it is', {
      why: 'Nothing is being changed.',
      hints: ['relctl deploy x --resume', 'relctl deploy x --abort'],
    });
    expect(renderError(error, style)).toBe(`… held: the canary stays as it is
  pending.person

  Now   Nothing is being changed.
  Next  relctl deploy x --resume
        relctl deploy x --abort
`);
  });

  it('has its commands in one column to be pasted, and what is said of one below it', () => {
    const error = new RelctlError('gate.refused', 'deploy x is refused: it is too early', {
      hints: [
        'relctl status x',
        'by olga@example.com, who is on call this week and the next',
        'git fetch',
        '--exception <reason>',
      ],
    });
    expect(renderError(error, createStyle({ columns: 50, unicode: true }))).toBe(`✗ deploy x is refused: it is too early
  gate.refused
  Next  relctl status x
          by olga@example.com, who is on call this
          week and the next
        git fetch
        --exception <reason>
`);
    const words = new RelctlError('gate.refused', 'x', { hints: ['fix it', 'relctl status x'] });
    expect(renderError(words, style)).toContain('  Next  fix it\n        relctl status x\n');
  });

  it('shows only what it has', () => {
    expect(renderError(new RelctlError('tool.missing', 'kubectl was not found'), style)).toBe(
      '✗ kubectl was not found\n  tool.missing\n',
    );
  });

  it('cuts a long line around the caret', () => {
    const source = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
    const error = new RelctlError('plan.schema', 'x', { place: { file, line: 1, column: 301 } });
    const lines = renderError(error, style, { source }).split('\n');
    const shown = lines.find((line) => line.includes('HERE')) ?? '';
    const caret = lines.find((line) => line.includes('^')) ?? '';
    expect(displayWidth(shown)).toBeLessThanOrEqual(70);
    expect(caret.indexOf('^')).toBe(shown.indexOf('HERE'));
  });

  it('keeps the caret in place below wide letters and tabs', () => {
    const source = '支払い:\tX';
    const error = new RelctlError('plan.schema', 'x', { place: { file, line: 1, column: 6 } });
    const lines = renderError(error, style, { source }).split('\n');
    const shown = lines.find((line) => line.includes('支')) ?? '';
    const caret = lines.find((line) => line.includes('^')) ?? '';
    expect(displayWidth(caret.split('^')[0] ?? '')).toBe(displayWidth(shown.split('X')[0] ?? ''));
  });

  it('survives a place that is not in the text', () => {
    const error = new RelctlError('plan.schema', 'x', { place: { file, line: 99, column: 99 } });
    expect(renderError(error, style, { source: 'one line' })).toContain('releases/x.yaml:99:99');
    const beyond = new RelctlError('plan.schema', 'x', { place: { file, line: 1, column: 99 } });
    expect(renderError(beyond, style, { source: 'one line' })).toContain('^');
  });

  it('shows a difference, and how much of it is left out', () => {
    const diff = `--- as read\n+++ as it is now\n${Array.from({ length: 60 }, (_, i) => `+line ${i}`).join('\n')}\n`;
    const text = renderError(new RelctlError('plan.changed-underneath', 'changed', { data: { diff } }), style);
    expect(text).toContain('+line 37');
    expect(text).not.toContain('+line 38');
    expect(text).toContain('and 22 more lines');
  });

  it('of a bug shows where it happened', () => {
    const text = renderError(new RelctlError('bug', 'x is not a function', { cause: new TypeError('x') }), style);
    expect(text).toContain('error.test.ts');
  });

  it('does not let a message drive the terminal', () => {
    const nasty = 'a\u001b[2Jb';
    const text = renderError(
      new RelctlError('plan.schema', nasty, {
        why: nasty,
        hints: [nasty, nasty],
        place: { file: nasty, line: 1, column: 2 },
        cause: new Error(`other ${nasty}`),
        data: { diff: `+${nasty}` },
      }),
      style,
      { source: nasty },
    );
    expect(text).not.toContain('\u001b');
  });
});
