import type { Document, DocumentBlock } from '../document/model.ts';
import { part, text } from '../document/model.ts';
import type { Packet, Tone } from './model.ts';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✅', caution: '⚠️', danger: '🛑' };

/** The packet as a document for pull requests, chats and the file that is kept; the page for the board is drawn from the packet. */
export function packetDocument(packet: Packet): Document {
  const { decision } = packet;
  return {
    title: `Change request ${packet.release}: ${packet.feature}`,
    notices: packet.notices,
    blocks: [
      {
        kind: 'facts',
        facts: packet.glance.map(({ label, value, note, tone }) => [
          label,
          `${tone === undefined ? '' : `${SIGNS[tone]} `}${value}${note === undefined ? '' : ` — ${note}`}`,
        ]),
      },
      ...attention(packet),
      ...part(
        'Decision',
        text([
          `${decision.quorum} Go of ${decision.board.length} decide a Go. ${decision.rule} Board: ${decision.board.join(', ')}. An answer is bound to plan digest `,
          { code: decision.digest },
          '.',
        ]),
        ...decision.commands.flatMap(({ says, command }): readonly DocumentBlock[] => [
          text(`${says}:`),
          { kind: 'command', command },
        ]),
      ),
      ...packet.sections.flatMap(({ title, blocks }) => part(title, ...blocks)),
      text(`Round ${packet.round}, made by relctl on ${packet.at}.`),
    ],
  };
}

function attention({ attention: reasons }: Packet): readonly DocumentBlock[] {
  if (reasons.length === 0) return [];
  const items = reasons.map((one) => `${SIGNS[one.tone]} ${one.text}`);
  return part('Look twice', { kind: 'list', ordered: false, items });
}
