/** How wide text is on a terminal, and how to cut it into lines. Texts here are unpainted: paint what comes out. */

const ASCII = /^[\x20-\x7e]*$/;
/** Characters that are one UTF-16 unit, one grapheme and one column each: Latin letters, dashes, quotes, dots. */
const NARROW = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2015\u2018-\u201f\u2022\u2026]*$/;
/** Graphemes that take two columns: East Asian wide and full-width blocks (UAX #11), and emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as single characters. */
function graphemes(text: string): readonly string[] {
  if (ASCII.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text)) width += WIDE.test(grapheme) ? 2 : ZERO.test(grapheme) ? 0 : 1;
  return width;
}

/** The text filled with spaces to a width; longer text stays as it is. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const missing = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'left' ? text + missing : missing + text;
}

/** The beginning of a text that fits a width; what is cut is marked with `mark`. */
export function truncate(text: string, width: number, mark = '…'): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(mark);
  return room <= 0 ? takeWidth(text, width) : takeWidth(text, room).trimEnd() + mark;
}

/**
 * Cuts a text into lines of at most `width` columns, at spaces where there are any; a word that is longer than a line is
 * cut, behind a `/`, `_` or another sign that joins names where the line is half full there. Line feeds in the text stay line ends, and so do spaces at the beginning of a line.
 */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(1, width);
  return text.split('\n').flatMap((line) => (displayWidth(line) <= room ? [line.trimEnd()] : wrapLine(line, room)));
}

/** Where a line may end: not between a number and its unit of time. */
const GAP = /(?<=\S)(?!(?<=\d)\s(?:d|h|min|s|ms)\b)\s+(?=\S)/;

function wrapLine(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(GAP)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > width) {
      const head = takePart(line, width) || (graphemes(line)[0] ?? line);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

/** The beginning of a long word, a path as a rule, that fills a line; what joins its parts stays with the part before it. */
function takePart(word: string, width: number): string {
  const most = takeWidth(word, width);
  const part = /^.*[/_,:@=-](?=[^/_,:@=-])/u.exec(most + word.slice(most.length, most.length + 1))?.[0] ?? '';
  return displayWidth(part) * 2 >= width && part.length <= most.length ? part : most;
}

function takeWidth(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += displayWidth(grapheme);
    if (used > width) break;
    taken += grapheme;
  }
  return taken;
}
