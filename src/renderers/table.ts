import { cleanLine } from '../text/clean.ts';
import type { Style } from './style.ts';
import { displayWidth, pad, wrap } from './width.ts';

const GUTTER = 2;
/** Narrower than this a column is no longer readable, and the rows are shown one below the other. */
const NARROWEST = 8;

/**
 * A table as lines: aligned columns, numbers to the right, cells wrapped so that it fits `columns`. When it cannot fit,
 * each row becomes a list of names and values.
 */
export function tableLines(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  style: Style,
): readonly string[] {
  if (names.length === 0) return [];
  const header = names.map(cleanLine);
  const body = rows.map((row) => header.map((_, index) => cleanLine(row[index] ?? '')));
  const widths = fitWidths([header, ...body], columns);
  if (widths === undefined) return asRecords(header, body, columns, style);

  const sides = header.map((_, index) => (isNumeric(body.map((row) => row[index] ?? '')) ? 'right' : 'left') as Side);
  const rule = style.unicode ? '─' : '-';
  const drawn = body.map((row) => rowLines(row, widths, sides));
  const spaced = drawn.some((lines) => lines.length > 1);
  return [
    ...rowLines(header, widths, sides).map(style.paint.bold),
    style.paint.dim(widths.map((width) => rule.repeat(width)).join(' '.repeat(GUTTER))),
    ...drawn.flatMap((lines, index) => (spaced && index > 0 ? ['', ...lines] : lines)),
  ];
}

type Side = 'left' | 'right';

/** The widest piece of each column, where `split` says what a piece is. */
function widest(rows: readonly (readonly string[])[], split: RegExp): readonly number[] {
  const first = rows[0] ?? [];
  return first.map((_, index) =>
    Math.max(1, ...rows.flatMap((row) => (row[index] ?? '').split(split).map((piece) => displayWidth(piece)))),
  );
}

/**
 * Takes from the widest columns until all fit: from prose first, then from the longest names, so that the shorter ones stay whole; `undefined`
 * when they cannot fit.
 */
function fitWidths(rows: readonly (readonly string[])[], columns: number): readonly number[] | undefined {
  const natural = widest(rows, /\n/);
  const room = columns - GUTTER * (natural.length - 1);
  const narrowest = natural.map((width) => Math.min(width, NARROWEST));
  const uncut = widest(rows, /\s+/);
  const names = uncut.map((width, index) => Math.max(width, narrowest[index] ?? 1));
  const least = sum(uncut) <= room ? uncut : cutToFit(names, narrowest, room);
  return least === undefined ? undefined : cutToFit(natural, least, room);
}

/** Widths that fit, none below its least: the widest are cut to one cap, the largest there is, and what is then left is shared out. */
function cutToFit(widths: readonly number[], least: readonly number[], room: number): readonly number[] | undefined {
  if (sum(widths) <= room) return widths;
  if (sum(least) > room) return undefined;
  const cutTo = (cap: number) => widths.map((width, index) => Math.max(least[index] ?? 1, Math.min(width, cap)));
  let cap = 1;
  while (sum(cutTo(cap + 1)) <= room) cap += 1;
  const fitting = cutTo(cap);
  let spare = room - sum(fitting);
  return fitting.map((width, index) => {
    if (spare === 0 || width >= (widths[index] ?? 0)) return width;
    spare -= 1;
    return width + 1;
  });
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

function rowLines(cells: readonly string[], widths: readonly number[], sides: readonly Side[]): readonly string[] {
  const wrapped = cells.map((cell, index) => wrap(cell, widths[index] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, index) => pad(lines[line] ?? '', widths[index] ?? 1, sides[index]))
      .join(' '.repeat(GUTTER))
      .trimEnd(),
  );
}

/** A column of figures, such as `12`, `-0.5`, `99.9%`, `1,204` or `15m`; empty cells and dashes do not count. */
function isNumeric(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== '' && cell !== '-' && cell !== '–');
  return filled.length > 0 && filled.every((cell) => /^[-+±<>]?\s?\d[\d,.]*\s?(%|[a-zA-Z]{1,3})?$/.test(cell));
}

function asRecords(
  header: readonly string[],
  body: readonly (readonly string[])[],
  columns: number,
  style: Style,
): readonly string[] {
  return body.flatMap((row, number) => [
    ...(number > 0 ? [''] : []),
    ...header.flatMap((name, index) =>
      wrap(`${name}: ${row[index] ?? ''}`, columns).map((line) => (index === 0 ? style.paint.bold(line) : line)),
    ),
  ]);
}
