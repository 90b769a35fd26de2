import type { ChalkInstance } from 'chalk';
import type { Check, Outcome } from '../domain/outcome/outcome.ts';

/** What paint means, not how it looks. */
export type Tone = 'good' | 'bad' | 'warn' | 'accent' | 'dim' | 'bold';

/** How to draw: everything that depends on the terminal comes in here, so that renderers are pure. */
export interface Style {
  /** Width to wrap at; `Infinity` for a pipe, where lines belong to whoever reads them. */
  readonly columns: number;
  /** Whether ✓, ─ and ▂ can be shown. */
  readonly unicode: boolean;
  readonly paint: Readonly<Record<Tone, (text: string) => string>>;
}

/** States that have a symbol of their own. */
export type Mark = Check['state'] | Outcome['result'];

const SYMBOLS: Readonly<Record<Mark, { readonly sign: string; readonly word: string; readonly tone: Tone }>> = {
  ok: { sign: '✓', word: 'ok', tone: 'good' },
  failed: { sign: '✗', word: 'FAIL', tone: 'bad' },
  warning: { sign: '!', word: 'WARN', tone: 'warn' },
  pending: { sign: '…', word: 'wait', tone: 'warn' },
  skipped: { sign: '–', word: 'skip', tone: 'dim' },
  done: { sign: '✓', word: 'ok', tone: 'good' },
  declined: { sign: '✗', word: 'NO', tone: 'bad' },
  usage: { sign: '✗', word: 'FAIL', tone: 'bad' },
  gate: { sign: '✗', word: 'GATE', tone: 'bad' },
};

/** The symbol of a state, painted; without Unicode a word of four columns that still tells the states apart. */
export function mark(state: Mark, style: Style): string {
  const { sign, word, tone } = SYMBOLS[state];
  return style.paint[tone](style.unicode ? sign : word.padEnd(4));
}

/** Columns that {@link mark} takes. */
export function markWidth(style: Style): number {
  return style.unicode ? 1 : 4;
}

/** The tone of a state. */
export function toneOf(state: Mark): Tone {
  return SYMBOLS[state].tone;
}

/**
 * The 256-colour numbers of the tones. Each has a contrast of at least 3.9 : 1 on black and on white (WCAG 2.1, 1.4.3
 * asks 4.5 : 1 for small and 3 : 1 for bold text), because nobody knows the background of a terminal.
 */
export const PALETTE = { good: 28, bad: 196, warn: 130, accent: 31, dim: 243 } as const;

/** A style that paints with chalk, or does not paint when there is none or its level is 0 (`NO_COLOR`). */
export function createStyle(options: {
  readonly columns: number;
  readonly unicode: boolean;
  readonly chalk?: ChalkInstance;
}): Style {
  const { columns, unicode, chalk } = options;
  const none = (text: string): string => text;
  if (chalk === undefined || chalk.level === 0) {
    return { columns, unicode, paint: { good: none, bad: none, warn: none, accent: none, dim: none, bold: none } };
  }
  const rich = chalk.level >= 2;
  // With sixteen colours the theme of the terminal decides what they look like, so its own names are used.
  const brushes: Readonly<Record<Tone, ChalkInstance>> = {
    good: rich ? chalk.ansi256(PALETTE.good) : chalk.green,
    bad: rich ? chalk.ansi256(PALETTE.bad) : chalk.red,
    warn: rich ? chalk.ansi256(PALETTE.warn) : chalk.yellow,
    accent: rich ? chalk.ansi256(PALETTE.accent) : chalk.cyan,
    dim: rich ? chalk.ansi256(PALETTE.dim) : chalk.dim,
    bold: chalk.bold,
  };
  // Chalk joins all its arguments, so it must not be handed to `map` as it is.
  const brush =
    (tone: Tone) =>
    (text: string): string =>
      brushes[tone](text);
  return {
    columns,
    unicode,
    paint: {
      good: brush('good'),
      bad: brush('bad'),
      warn: brush('warn'),
      accent: brush('accent'),
      dim: brush('dim'),
      bold: brush('bold'),
    },
  };
}

/** No colour, no Unicode, no wrapping: for logs and pipes. */
export const PLAIN_STYLE: Style = createStyle({ columns: Number.POSITIVE_INFINITY, unicode: false });
