import type { Packet, PacketBlock, PacketSection, Tone } from '../domain/packet/model.ts';
import { code, inline } from './markdown-text.ts';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✅', caution: '⚠️', danger: '🛑' };

/** The packet as GitHub-flavoured Markdown: for pull requests, chats and the file that is kept. */
export function packetMarkdown(packet: Packet): string {
  const { decision } = packet;
  const parts = [
    `# Change request ${inline(packet.release)}: ${inline(packet.feature)}`,
    ...packet.notices.map((notice) => `> **${inline(notice)}**`),
    packet.glance
      .map(
        ({ label, value, note, tone }) =>
          `- **${inline(label)}**: ${tone === undefined ? '' : `${SIGNS[tone]} `}${inline(value)}${note === undefined ? '' : ` — ${inline(note)}`}`,
      )
      .join('\n'),
    ...(packet.attention.length === 0
      ? []
      : ['## Look twice', packet.attention.map((one) => `- ${SIGNS[one.tone]} ${inline(one.text)}`).join('\n')]),
    '## Decision',
    `${decision.quorum} Go of ${decision.board.length} make a Go. ${inline(decision.rule)} Board: ${inline(decision.board.join(', '))}. An answer is bound to plan digest ${code(decision.digest)}.`,
    decision.commands.map(({ says, command }) => `${inline(says)}:\n\n    ${command}`).join('\n\n'),
    ...packet.sections.map(sectionText),
    `_Round ${packet.round}, made ${packet.at} by relctl._`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionText({ title, blocks }: PacketSection): string {
  return [`## ${inline(title)}`, ...blocks.map(blockText)].join('\n\n');
}

function blockText(block: PacketBlock): string {
  switch (block.kind) {
    case 'text':
      return inline(block.text);
    case 'facts':
      return block.facts.map(([name, value]) => `- **${inline(name)}**: ${inline(value)}`).join('\n');
    case 'list':
      return block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${inline(item)}`).join('\n');
    case 'table': {
      const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
      return [line(block.columns), `|${' --- |'.repeat(block.columns.length)}`, ...block.rows.map(line)].join('\n');
    }
  }
}
