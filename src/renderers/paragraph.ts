import { clean } from '../text/clean.ts';
import type { Style } from './style.ts';
import { wrap } from './width.ts';

/**
 * A text as lines of at most `width` columns. Where it brings lines of its own (a log, a comment), each further one stands behind a bar:
 * so none of them passes for a line of relctl, or for a command to a CI runner, which obeys `::error::` wherever a line begins with it.
 */
export function paragraph(text: string, width: number, style: Style): readonly string[] {
  const bar = style.unicode ? '│ ' : '| ';
  const [first = '', ...further] = clean(text).trim().split('\n');
  return [
    ...wrap(first, width),
    ...further
      .filter((line) => line.trim() !== '')
      .flatMap((line) => wrap(line, width - bar.length).map((piece) => bar + piece)),
  ];
}
