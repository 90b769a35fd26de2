import { cleanLine } from '../../text/clean.ts';

/** One line in which no character means anything to Markdown (CommonMark, GitHub's tables, strikethrough and formulas) or HTML. */
export function inline(text: string): string {
  const line = cleanLine(text);
  // A single dollar is money; between two GitHub sets a formula, in which text can be hidden.
  const signs = line.indexOf('$') === line.lastIndexOf('$') ? /[\\`*[\]|~]/g : /[\\`*[\]|~$]/g;
  return (
    line
      .replace(signs, '\\$&')
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      .replace(/^#|(?<=\s)#(?=#*$)/g, '\\#')
      // Nothing to Markdown, but what is piped into the log of a CI job is read by its runner: `::error::` at a line's start is a command to it.
      .replace(/^::/, '\\::')
      // Any other is itself: R&D.
      .replace(/&(?=#?[A-Za-z0-9]+;)/g, '&amp;')
      // Elsewhere both are themselves: p99 < 300 ms. Escaped by a backslash, a packet can be read in a terminal too.
      .replace(/<(?=[A-Za-z/!?]|$)/g, '\\<')
      .replace(/^>/, '\\>')
      // What GitHub makes a link of by itself would take it along.
      .replace(/(?<=(?:\/\/|www\.|@)\S{0,500})>/gi, '&gt;')
      .replace(/^([-+])(?=\s|[-\s]*$)/, '\\$1')
      .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
  );
}

/** A code span whose marks are longer than any run of backticks in it (CommonMark 6.1). */
export function code(text: string): string {
  const content = cleanLine(text);
  const marks = '`'.repeat(longestRun(content) + 1);
  const space = content.startsWith('`') || content.endsWith('`') ? ' ' : '';
  return `${marks}${space}${content}${space}${marks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
