import type { Block, Check, Outcome } from '../domain/outcome/outcome.ts';
import { clean } from './clean.ts';
import { code, fenced, inline } from './markdown-text.ts';

const SIGNS: Readonly<Record<Check['state'] | Outcome['result'], string>> = {
  ok: '✅',
  failed: '❌',
  warning: '⚠️',
  pending: '⏳',
  skipped: '➖',
  done: '✅',
  declined: '❌',
  usage: '❌',
  gate: '⛔',
};

/** An answer as GitHub-flavoured Markdown, for pull requests, job summaries and documents. Texts are escaped. */
export function renderMarkdown(outcome: Outcome): string {
  const parts = [
    `## ${SIGNS[outcome.result]} ${inline(outcome.headline)}`,
    ...(outcome.simulated ? ['> **Simulated**: made on the sandbox; it satisfies no gate of a real release.'] : []),
    ...outcome.blocks.map(blockText).filter((part) => part !== ''),
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return clean(block.text)
        .split(/\n{2,}/)
        .map((paragraph) => paragraph.split('\n').map(inline).join('  \n'))
        .join('\n\n');
    case 'heading':
      return `### ${inline(block.text)}`;
    case 'facts':
      return block.facts.map(([name, value]) => `- **${inline(name)}**: ${inline(value)}`).join('\n');
    case 'checks':
      return block.checks
        .map(({ state, text, detail }) => `- ${SIGNS[state]} ${inline(text)}${detail ? `: ${inline(detail)}` : ''}`)
        .join('\n');
    case 'table':
      return block.columns.length === 0 ? '' : tableText(block.columns, block.rows);
    case 'verbatim':
      return fenced(block.text);
    case 'next':
      return nextText(block);
  }
}

function nextText(block: Extract<Block, { kind: 'next' }>): string {
  if (block.actions.length === 0) return '';
  const actions = block.actions.map(
    ({ who, command, why }) => `- ${inline(who)}: ${code(command)}${why === undefined ? '' : `: ${inline(why)}`}`,
  );
  return `**Next**\n\n${actions.join('\n')}`;
}

function tableText(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  return [
    line(columns),
    `|${' --- |'.repeat(columns.length)}`,
    ...rows.map((row) => line(columns.map((_, index) => row[index] ?? ''))),
  ].join('\n');
}
