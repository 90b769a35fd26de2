import type { Message } from '../../ports/notifier.ts';
import { type Delivery, type Objection, postJson, saysNo } from './delivery.ts';
import { cutTo, wordingOf } from './wording.ts';

/** Teams refuses a message above 28 KB. */
const MAX_BYTES = 28 * 1024;

/**
 * A workflow answers 202 without a body, a connector 200 with `1`. Any other text with a 200 is how Teams tells of a failure behind
 * it (learn.microsoft.com, "rate limiting for connectors": HTTP error 429 or 413 in the body).
 */
const objection: Objection = (body) => {
  const said = body.trim();
  if (TAKEN.has(said.toLowerCase())) return undefined;
  return said.startsWith('{') ? saysNo(said) : said;
};
const TAKEN = new Set(['', '1', 'ok', 'accepted']);

/** Posts an Adaptive Card to a Teams Workflows webhook; the Office 365 connectors before it are retired. */
export async function sendToTeams(delivery: Delivery, channel: { readonly urlFrom: string }): Promise<void> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  await postJson(delivery, delivery.secret(channel.urlFrom), teamsPayload(delivery.message), headers, objection);
}

/** The message as a card of at most 28 KB; its text is shortened until it fits. */
export function teamsPayload(message: Message): object {
  const { title, text, facts } = wordingOf(message);
  const about = facts.map(([name, value]) => [name, cutTo(value, 1000)] as const);
  const heading = cutTo(title, 300);
  let kept = text;
  let payload = card(heading, kept, about);
  while (Buffer.byteLength(JSON.stringify(payload)) > MAX_BYTES && kept !== '') {
    kept = kept.length < 16 ? '' : cutTo(kept, Math.floor(kept.length * 0.8));
    payload = card(heading, kept, about);
  }
  return payload;
}

function card(title: string, text: string, facts: readonly (readonly [string, string])[]): object {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            richText(title, { weight: 'bolder', size: 'medium' }),
            ...lines.map((line) => richText(line, {})),
            ...facts.map(([name, value]) => richText(`${name}: ${value}`, { isSubtle: true, size: 'small' })),
          ],
        },
      },
    ],
  };
}

/** Text runs are shown as they are; a TextBlock would read Markdown, and a branch name could become a link. */
function richText(text: string, style: Readonly<Record<string, string | boolean>>): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...style }] };
}
