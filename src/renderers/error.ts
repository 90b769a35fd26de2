import type { Place, RelctlError } from '../errors.ts';
import { clean, cleanLine, cleanLineStarts } from '../text/clean.ts';
import { hintParts } from '../text/hint.ts';
import { renderBlocks } from './human.ts';
import { paragraph } from './paragraph.ts';
import { mark, markWidth, type Style } from './style.ts';
import { displayWidth } from './width.ts';

/** How many lines of a difference are shown; all of it is in `--json`. */
const DIFF_LINES = 40;
const LABEL = 6;

/** What else is known when an error is shown. */
export interface ErrorContext {
  /** The text of the file that the error points at; its line is then shown with a caret. */
  readonly source?: string;
}

/** An error as text for a person: what, where, why it matters, what to do next. */
export function renderError(error: RelctlError, style: Style, context: ErrorContext = {}): string {
  // Waiting for a person or for time is no failure, and must not look like one.
  const isPending = error.kind === 'pending';
  const lead = markWidth(style) + 1;
  const width = style.columns;
  const message = paragraph(error.message, width - lead, style);
  const lines = [
    ...message.map(
      (line, index) =>
        (index === 0 ? `${mark(isPending ? 'pending' : 'failed', style)} ` : ' '.repeat(lead)) + style.paint.bold(line),
    ),
    ' '.repeat(lead) + style.paint.dim(error.code),
    ...placeLines(error.place, context.source, style),
    ...foundLines(error, style),
    ...(error.why === undefined ? [] : ['', ...labelled(isPending ? 'Now' : 'Why', [error.why], style)]),
    ...labelled('Cause', causes(error), style),
    ...diffLines(error.data?.diff, style),
    ...nextLines(error.hints, style),
    ...bugLines(error, style),
  ];
  return cleanLineStarts(`${lines.join('\n')}\n`);
}

/** A place as editors and terminals make it clickable: `file:line:column`. */
function placeText(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
}

function placeLines(place: Place | undefined, source: string | undefined, style: Style): readonly string[] {
  if (place === undefined) return [];
  return ['', `  ${style.paint.accent(cleanLine(placeText(place)))}`, ...excerpt(place, source, style)];
}

/** The line before and the line itself, with a caret under the column; a long line is cut around it. */
function excerpt(place: Place, source: string | undefined, style: Style): readonly string[] {
  if (source === undefined || place.line === undefined) return [];
  const all = source.split('\n');
  if (all[place.line - 1] === undefined) return [];
  const gutter = String(place.line).length;
  const room = Math.max(20, style.columns - gutter - 7);
  const column = place.column ?? 1;
  const from = column > room - 10 ? column - Math.floor(room / 2) : 0;
  const bar = style.unicode ? '│' : '|';
  const shown = [place.line - 1, place.line]
    .filter((line) => line >= 1)
    .map((line) => {
      const text = onOneLine((all[line - 1] ?? '').slice(from, from + room), style);
      return `  ${style.paint.dim(`${String(line).padStart(gutter)} ${bar}`)} ${line === place.line ? text : style.paint.dim(text)}`.trimEnd();
    });
  if (place.column === undefined) return shown;
  const before = onOneLine((all[place.line - 1] ?? '').slice(from, column - 1), style);
  return [
    ...shown,
    `  ${style.paint.dim(`${' '.repeat(gutter)} ${bar}`)} ${' '.repeat(displayWidth(before))}${style.paint.bad('^')}`,
  ];
}

/** A line of a file; a tab, which is often what is wrong with it, looks otherwise than spaces. */
function onOneLine(text: string, { unicode }: Style): string {
  return clean(text.replace(/\t/g, unicode ? '→ ' : '> ')).replace(/\n/g, ' ');
}

function labelled(label: string, texts: readonly string[], style: Style): readonly string[] {
  if (texts.length === 0) return [];
  const indent = 2 + LABEL;
  const lines = texts.flatMap((text) => paragraph(text, style.columns - indent, style));
  return lines.map((line, index) => `  ${style.paint.dim((index === 0 ? label : '').padEnd(LABEL))}${line}`);
}

/** What is wrong, as a list, before what to do about it. */
function foundLines({ found }: RelctlError, style: Style): readonly string[] {
  if (found.length === 0) return [];
  return [
    '',
    ...renderBlocks([{ kind: 'checks', checks: found }], style)
      .trimEnd()
      .split('\n'),
  ];
}

/** What is said of a command stands below it, and further in. */
const ASIDE = 2;

/**
 * What to do: the first hint is the next command. Commands are one column of their own and never wrapped, so that they can be copied; what is
 * said of one stands below it.
 */
function nextLines(hints: readonly string[], style: Style): readonly string[] {
  const { paint } = style;
  let depth = 0;
  const lines = hints.flatMap((hint) => {
    const { command, words } = hintParts(hint);
    if (command !== undefined) depth = ASIDE;
    const said = words === undefined ? [] : paragraph(words, style.columns - 2 - LABEL - depth, style);
    return [
      ...(command === undefined ? [] : [paint.bold(paint.accent(cleanLine(command)))]),
      ...said.map((line) => ' '.repeat(depth) + (depth === 0 ? line : paint.dim(line))),
    ];
  });
  return lines.map((line, at) => `  ${paint.dim((at === 0 ? 'Next' : '').padEnd(LABEL))}${line}`);
}

/** Messages of the causes, as far as they say something that is not yet said. */
function causes(error: RelctlError): readonly string[] {
  if (error.code === 'bug') return [];
  const found: string[] = [];
  let cause: unknown = error.cause;
  for (let depth = 0; depth < 3 && cause instanceof Error; depth += 1) {
    const message = cause.message.split('\n')[0] ?? '';
    if (message !== '' && !error.message.includes(message)) found.push(message);
    cause = cause.cause;
  }
  return found;
}

function diffLines(diff: unknown, style: Style): readonly string[] {
  if (typeof diff !== 'string' || diff === '') return [];
  const lines = clean(diff)
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => !/^(={3,}|\\ No newline)/.test(line));
  const shown = lines.slice(0, DIFF_LINES).map((line) => {
    const paint = line.startsWith('+') ? style.paint.good : line.startsWith('-') ? style.paint.bad : style.paint.dim;
    return `  ${paint(line)}`;
  });
  const rest = lines.length - shown.length;
  return ['', ...shown, ...(rest > 0 ? [style.paint.dim(`  and ${rest} more lines`)] : []), ''];
}

function bugLines(error: RelctlError, style: Style): readonly string[] {
  if (error.code !== 'bug') return [];
  const origin = error.cause instanceof Error ? error.cause : error;
  return [
    '',
    ...clean(origin.stack ?? origin.message)
      .split('\n')
      .slice(0, 12)
      .map((line) => style.paint.dim(`  ${line}`)),
  ];
}
