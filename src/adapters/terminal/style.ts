import { Chalk, type ColorSupportLevel } from 'chalk';
import { createStyle, type Style } from '../../renderers/style.ts';

/** What a stream tells of the terminal behind it. */
export interface StyledStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  getColorDepth?(env?: object): number;
}

/** The environment variables that say how to draw. */
export type StyleEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * How to draw on a stream. Colour: `NO_COLOR` (no-color.org) switches it off, `FORCE_COLOR` on, otherwise a terminal has
 * it. Width: the terminal's; a pipe has none, because its lines belong to whoever reads them.
 */
export function terminalStyle(stream: StyledStream, env: StyleEnvironment): Style {
  const terminal = stream.isTTY === true;
  return createStyle({
    columns: terminal ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY,
    unicode: terminal && showsUnicode(env),
    chalk: new Chalk({ level: colorLevel(stream, env) }),
  });
}

function colorLevel(stream: StyledStream, env: StyleEnvironment): ColorSupportLevel {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false' ? 0 : 2;
  if (stream.isTTY !== true || env.TERM === 'dumb') return 0;
  return (stream.getColorDepth?.(env) ?? 8) >= 8 ? 2 : 1;
}

/** A terminal shows Unicode when its locale says so; on Windows the modern ones say who they are. */
function showsUnicode(env: StyleEnvironment): boolean {
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  if (env.WT_SESSION !== undefined || env.TERM_PROGRAM === 'vscode') return true;
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
