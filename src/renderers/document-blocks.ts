import type { Document, DocumentBlock, Prose } from '../domain/document/model.ts';
import type { Block } from '../domain/outcome/outcome.ts';
import { asCode } from '../text/code-marks.ts';

/** A document as a terminal shows it: the same text as in Markdown, in lines and tables that fit. */
export function documentBlocks({ title, notices, blocks }: Document): readonly Block[] {
  return [
    { kind: 'heading', text: title },
    ...notices.map((text): Block => ({ kind: 'text', text })),
    ...blocks.map(blockOf),
  ];
}

function blockOf(block: DocumentBlock): Block {
  switch (block.kind) {
    case 'heading':
      return block;
    case 'text':
      return { kind: 'text', text: plain(block.text) };
    case 'facts':
      return { kind: 'facts', facts: block.facts.map(([name, value]) => [name, plain(value)]) };
    case 'list':
      return { kind: 'facts', facts: block.items.map((item, at) => [block.ordered ? `${at + 1}.` : '-', plain(item)]) };
    case 'table':
      return { ...block, rows: block.rows.map((row) => row.map(plain)) };
    // To be copied, so never cut.
    case 'lines':
      return { kind: 'verbatim', text: block.lines.map((line) => `    ${line}`).join('\n') };
    case 'command':
      return { kind: 'verbatim', text: `    ${block.command}` };
  }
}

/** Code stands between marks, as everywhere in a terminal. */
function plain(prose: Prose): string {
  if (typeof prose === 'string') return prose;
  return prose
    .map((span) => (typeof span === 'string' ? span : 'code' in span ? asCode(span.code) : span.strong))
    .join('');
}
