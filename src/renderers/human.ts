import type { Block, Check, NextAction, Outcome } from '../domain/outcome/outcome.ts';
import { cleanLine, cleanLineStarts, cleanVerbatim } from '../text/clean.ts';
import { documentBlocks } from './document-blocks.ts';
import { paragraph } from './paragraph.ts';
import { mark, markWidth, type Style, toneOf } from './style.ts';
import { tableLines } from './table.ts';
import { displayWidth, pad, wrap } from './width.ts';

/** Prose is harder to read in longer lines; tables may use the whole width. */
const PROSE_COLUMNS = 100;
const INDENT = '  ';

/**
 * An answer as text for a person: the headline, then the blocks. Commands are never wrapped, so that they can be copied.
 * An answer of nothing but verbatim blocks is printed as it is, for pipes; a document is wrapped where a terminal shows it.
 */
export function renderHuman(outcome: Outcome, style: Style): string {
  const verbatim = verbatimOnly(outcome);
  if (verbatim !== undefined) return shownDocuments(outcome, style) ?? verbatim;
  const blocks = renderBlocks(outcome.blocks, style);
  return cleanLineStarts(`${headlineLines(outcome, style).join('\n')}\n${blocks === '' ? '' : `\n${blocks}`}`);
}

/** Blocks as text for a person, with a blank line between them. */
export function renderBlocks(blocks: readonly Block[], style: Style): string {
  const lines: string[] = [];
  let afterHeading = true;
  for (const block of blocks) {
    const drawn = blockLines(block, style);
    if (drawn.length === 0) continue;
    lines.push(...(afterHeading ? [] : ['']), ...drawn);
    afterHeading = block.kind === 'heading';
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** An answer of nothing but documents, as a terminal shows it; `undefined` for a pipe, and for what is no document. */
function shownDocuments({ blocks }: Outcome, style: Style): string | undefined {
  if (style.columns === Number.POSITIVE_INFINITY) return undefined;
  const documents = blocks.flatMap((block) => (block.kind === 'verbatim' && block.document ? [block.document] : []));
  return documents.length < blocks.length ? undefined : renderBlocks(documents.flatMap(documentBlocks), style);
}

/** The text of an answer that has only verbatim blocks, or `undefined`. */
function verbatimOnly(outcome: Outcome): string | undefined {
  const texts = outcome.blocks.flatMap((block) => (block.kind === 'verbatim' ? [block.text] : []));
  if (texts.length === 0 || texts.length < outcome.blocks.length) return undefined;
  return texts.map((text) => cleanVerbatim(text.endsWith('\n') ? text : `${text}\n`)).join('');
}

function headlineLines(outcome: Outcome, style: Style): readonly string[] {
  const tone = style.paint[toneOf(outcome.result)];
  const lead = markWidth(style) + 1;
  const [first = '', ...rest] = wrap(cleanLine(outcome.headline), prose(style) - lead);
  return [
    `${mark(outcome.result, style)} ${style.paint.bold(tone(first))}`,
    ...rest.map((line) => ' '.repeat(lead) + style.paint.bold(tone(line))),
    ...(outcome.simulated
      ? [
          `${' '.repeat(lead)}${style.paint.warn('simulated: made in the sandbox; it satisfies no gate of a real release')}`,
        ]
      : []),
  ];
}

function blockLines(block: Block, style: Style): readonly string[] {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text, prose(style), style);
    case 'heading':
      return [style.paint.bold(cleanLine(block.text))];
    case 'facts':
      return factLines(block.facts, style);
    case 'checks':
      return checkLines(block.checks, style);
    case 'table':
      // Names of columns with nothing below them say less than the headline.
      if (block.rows.length === 0) return [];
      return tableLines(block.columns, block.rows, style.columns - INDENT.length, style).map(indented);
    case 'verbatim':
      return cleanVerbatim(block.text.replace(/\n$/, '')).split('\n');
    case 'next':
      return nextLines(block.actions, style);
  }
}

function factLines(facts: readonly (readonly [string, string])[], style: Style): readonly string[] {
  const names = facts.map(([name]) => cleanLine(name));
  const width = Math.min(Math.max(0, ...names.map(displayWidth)), Math.floor(prose(style) / 3));
  const hanging = INDENT + ' '.repeat(width + INDENT.length);
  return facts.flatMap(([, value], index) => {
    const name = names[index] ?? '';
    const [first = '', ...rest] = paragraph(value, wide(style) - hanging.length, style);
    const label = INDENT + style.paint.dim(pad(name, width)) + INDENT;
    const tooLong = displayWidth(name) > width;
    return [
      ...(tooLong ? [label.trimEnd(), hanging + first] : [`${label}${first}`.trimEnd()]),
      ...rest.map((line) => hanging + line),
    ];
  });
}

function checkLines(checks: readonly Check[], style: Style): readonly string[] {
  const lead = INDENT.length + markWidth(style) + 1;
  const widest = Math.max(0, ...checks.map((check) => (check.detail ? displayWidth(cleanLine(check.text)) : 0)));
  // Details stand in a column of their own when the texts leave room for it, otherwise below their text.
  const beside = lead + widest + 2 <= wide(style) / 2;
  return checks.flatMap((check) => {
    const text = cleanLine(check.text);
    const detail = check.detail?.trim() ?? '';
    const sign = `${INDENT}${mark(check.state, style)} `;
    const paint = check.state === 'skipped' ? style.paint.dim : (line: string) => line;
    if (beside && detail !== '') {
      const column = lead + widest + 2;
      const [first = '', ...rest] = paragraph(detail, wide(style) - column, style);
      return [
        `${sign}${paint(pad(text, widest))}  ${style.paint.dim(first)}`,
        ...rest.map((line) => ' '.repeat(column) + style.paint.dim(line)),
      ];
    }
    const [first = '', ...rest] = wrap(text, wide(style) - lead);
    const below = detail === '' ? [] : paragraph(detail, wide(style) - lead, style);
    return [
      sign + paint(first),
      ...rest.map((line) => ' '.repeat(lead) + paint(line)),
      ...below.map((line) => ' '.repeat(lead) + style.paint.dim(line)),
    ];
  });
}

function nextLines(actions: readonly NextAction[], style: Style): readonly string[] {
  if (actions.length === 0) return [];
  return [
    style.paint.bold('Next'),
    ...actions.flatMap((action) => [
      ...wrap(cleanLine(action.who), wide(style) - 2).map(indented),
      `${INDENT}${INDENT}${style.paint.accent(cleanLine(action.command))}`,
      ...(action.why === undefined
        ? []
        : wrap(cleanLine(action.why), wide(style) - 4).map((line) => INDENT + INDENT + style.paint.dim(line))),
    ]),
  ];
}

function indented(line: string): string {
  return line === '' ? '' : INDENT + line;
}

function prose(style: Style): number {
  return style.columns === Number.POSITIVE_INFINITY ? style.columns : Math.min(style.columns, PROSE_COLUMNS);
}

function wide(style: Style): number {
  return Math.max(24, style.columns);
}
