import { describe, expect, it } from 'vitest';
import { terminalStyle } from '../../../../src/adapters/terminal/style.ts';

const tty = { isTTY: true, columns: 120, getColorDepth: () => 8 };
const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' };

describe('how to draw on a stream', () => {
  it('a terminal has colour, Unicode and a width', () => {
    const style = terminalStyle(tty, utf8);
    expect(style.paint.good('x')).not.toBe('x');
    expect(style).toMatchObject({ unicode: true, columns: 120 });
  });

  it('NO_COLOR takes the colour and nothing else, unless it is empty (no-color.org)', () => {
    const style = terminalStyle(tty, { ...utf8, NO_COLOR: '1' });
    expect(style.paint.bad('x')).toBe('x');
    expect(style.unicode).toBe(true);
    expect(terminalStyle(tty, { ...utf8, NO_COLOR: '' }).paint.bad('x')).not.toBe('x');
  });

  it('a pipe has none of them', () => {
    const style = terminalStyle({}, utf8);
    expect(style.paint.bad('x')).toBe('x');
    expect(style).toMatchObject({ unicode: false, columns: Number.POSITIVE_INFINITY });
  });

  it('FORCE_COLOR paints on a pipe, and NO_COLOR wins over it', () => {
    expect(terminalStyle({}, { FORCE_COLOR: '1' }).paint.bad('x')).not.toBe('x');
    expect(terminalStyle({}, { FORCE_COLOR: '1', NO_COLOR: '1' }).paint.bad('x')).toBe('x');
    expect(terminalStyle(tty, { ...utf8, FORCE_COLOR: '0' }).paint.bad('x')).toBe('x');
  });

  it.each([{ LANG: 'C' }, {}, { ...utf8, LC_ALL: 'C' }, { ...utf8, TERM: 'linux' }])(
    '%o does not promise Unicode',
    (env) => {
      expect(terminalStyle(tty, env).unicode).toBe(false);
    },
  );

  it('a dumb terminal has neither colour nor Unicode', () => {
    const style = terminalStyle(tty, { ...utf8, TERM: 'dumb' });
    expect(style.paint.bad('x')).toBe('x');
    expect(style.unicode).toBe(false);
  });
});
