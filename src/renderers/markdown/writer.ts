import type { Document, DocumentBlock, Prose, Span } from '../../domain/document/model.ts';
import { cleanLine } from '../../text/clean.ts';
import { code, inline } from './text.ts';

/** A document as GitHub-flavoured Markdown: for pull requests, chats and the files that are kept. Nothing else makes Markdown. */
export function markdownOf({ title, notices, blocks }: Document): string {
  const parts = [`# ${inline(title)}`, ...notices.map((notice) => `> **${inline(notice)}**`), ...blocks.map(blockText)];
  return `${parts.join('\n\n')}\n`;
}

function blockText(block: DocumentBlock): string {
  switch (block.kind) {
    case 'heading':
      return `## ${inline(block.text)}`;
    case 'text':
      return prose(block.text);
    case 'facts':
      return block.facts.map(([name, value]) => `- **${inline(name)}**: ${prose(value)}`).join('\n');
    case 'list':
      return block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${prose(item)}`).join('\n');
    case 'table': {
      const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
      return [
        line(block.columns.map(inline)),
        `|${' --- |'.repeat(block.columns.length)}`,
        ...block.rows.map((row) => line(block.columns.map((_, at) => cell(row[at] ?? '')))),
      ].join('\n');
    }
    case 'lines':
      return block.lines.map((line) => `    ${cleanLine(line)}`).join('\n');
    case 'command':
      return `    ${cleanLine(block.command)}`;
  }
}

function prose(text: Prose): string {
  // A part keeps the spaces at its ends, which set it off from its neighbours.
  return typeof text === 'string' ? inline(text) : text.map(span).join('');
}

/** In a table a bar ends the cell, in a code span too, so there it is escaped twice over (GFM 4.10). */
function cell(text: Prose): string {
  return typeof text === 'string'
    ? inline(text)
    : text
        .map((one) => (typeof one === 'object' && 'code' in one ? code(one.code).replaceAll('|', '\\|') : span(one)))
        .join('');
}

function span(part: Span): string {
  if (typeof part === 'object') return 'code' in part ? code(part.code) : `**${inline(part.strong)}**`;
  const [, before = '', content = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? [];
  return `${before === '' ? '' : ' '}${inline(content)}${after === '' ? '' : ' '}`;
}
