import { displayWidth, wrap } from '../../renderers/width.ts';

/** What a line goes on with where a question needs several. */
const INDENT = '  ';

/**
 * A text cut at spaces for a terminal of `columns`, to be written after `before` and a space. inquirer cuts what is too long in the middle
 * of a word. `room` is kept free behind it, for what inquirer appends.
 */
export function fitted(before: string, text: string, columns: number, room = 0): string {
  const last = before.slice(before.lastIndexOf('\n') + 1);
  const width = columns - INDENT.length;
  if (!Number.isFinite(columns) || displayWidth(last) > width) return text;
  // What is appended must not stand alone on a line: it stays with the last word.
  const kept = room * 3 > width ? '' : '…'.repeat(room);
  const lines = wrap(`${last} ${text}${kept}`, width).join(`\n${INDENT}`);
  const behind = lines.slice(last.length);
  return (behind.startsWith(' ') ? behind.slice(1) : behind).slice(0, kept === '' ? undefined : -kept.length);
}
