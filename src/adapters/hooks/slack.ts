import type { Message } from '../../ports/notifier.ts';
import { type Delivery, postJson } from './delivery.ts';
import { cutTo, wordingOf } from './wording.ts';

/** Slack's limits: blocks a message, characters of a section, of a header, of a context element. */
const LIMITS = { blocks: 50, section: 3000, header: 150, context: 2000 } as const;

/** Posts to a Slack incoming webhook (or one that takes the same JSON, such as Mattermost's). */
export async function sendToSlack(delivery: Delivery, channel: { readonly urlFrom: string }): Promise<void> {
  await postJson(delivery, delivery.secret(channel.urlFrom), slackPayload(delivery.message), {
    'content-type': 'application/json; charset=utf-8',
  });
}

/** A Slack text object or block, as far as they are used here. */
interface SlackBlock {
  readonly type: 'header' | 'section' | 'context';
  readonly text?: { readonly type: 'plain_text' | 'mrkdwn'; readonly text: string };
  readonly elements?: readonly { readonly type: 'mrkdwn'; readonly text: string }[];
}

/** The message as blocks within Slack's limits, every text escaped. */
export function slackPayload(message: Message): { readonly text: string; readonly blocks: readonly SlackBlock[] } {
  const { title, text, facts } = wordingOf(message);
  const about = facts.map(([name, value]) => `${name}: ${value}`).join('  ·  ');
  const sections = sectionsOf(text, LIMITS.blocks - 2);
  return {
    text: cutTo(escapeSlack(title), LIMITS.section),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cutTo(title, LIMITS.header) } },
      ...sections.map((part) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text: part } })),
      { type: 'context', elements: [{ type: 'mrkdwn', text: escapeWithin(about, LIMITS.context) }] },
    ],
  };
}

/** `&`, `<` and `>` as entities: so no text can become a link, a mention or a call to everyone. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escaped pieces of at most a section's length, cut before they are escaped so that no entity is torn; the last says if more was cut. */
function sectionsOf(text: string, atMost: number): readonly string[] {
  const sections: string[] = [];
  let rest = text;
  while (rest !== '' && sections.length < atMost) {
    const last = sections.length === atMost - 1;
    const piece = last ? rest : headThatFits(rest);
    sections.push(escapeWithin(piece, LIMITS.section));
    rest = last ? '' : rest.slice(piece.length).replace(/^\n+/, '');
  }
  return sections;
}

/** The longest beginning whose escaped form fits a section, ended at a line end where there is one near. */
function headThatFits(text: string): string {
  let length = 0;
  let escaped = 0;
  for (const character of text) {
    escaped += escapeSlack(character).length;
    if (escaped > LIMITS.section) break;
    length += character.length;
  }
  if (length === text.length) return text;
  const lineEnd = text.lastIndexOf('\n', length - 1);
  return text.slice(0, lineEnd > length / 2 ? lineEnd : length);
}

/** Escapes, and cuts what would be too long; cut in the unescaped text. */
function escapeWithin(text: string, limit: number): string {
  let kept = text;
  while (escapeSlack(kept).length > limit)
    kept = cutTo(kept, kept.length - Math.max(1, Math.floor((escapeSlack(kept).length - limit) / 5)));
  return escapeSlack(kept);
}
