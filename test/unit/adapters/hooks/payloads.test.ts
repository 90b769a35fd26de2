import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeSlack, slackPayload } from '../../../../src/adapters/hooks/slack.ts';
import { messageId } from '../../../../src/adapters/hooks/smtp.ts';
import { teamsPayload } from '../../../../src/adapters/hooks/teams.ts';
import { cutTo, wordingOf } from '../../../../src/adapters/hooks/wording.ts';
import { sampleMessage } from '../../../contract/notifier.contract.ts';

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('<!channel>', '&&&&', '😀', '\u001b[31m', '\n', '[x](http://evil.example)'),
);
/** Texts from empty to far above every limit. */
const text = fc
  .tuple(words, fc.integer({ min: 0, max: 2500 }))
  .map(([word, times]) => word.repeat(Math.min(times, 400_000 / (word.length + 1))));
const message = fc
  .record({ text, feature: text, key: text, release: text, informed: fc.array(words, { maxLength: 50 }) })
  .map((changes) => sampleMessage(changes));

describe('slackPayload', () => {
  it('stays within the limits of Slack and lets no markup through, whatever a message holds', () => {
    fc.assert(
      fc.property(message, (any) => {
        const { blocks, text: fallback } = slackPayload(any);
        expect(blocks.length).toBeLessThanOrEqual(50);
        expect(fallback.length).toBeLessThanOrEqual(3000);
        for (const block of blocks) {
          const limit = { header: 150, section: 3000, context: 2000 }[block.type];
          const shown = block.text?.text ?? block.elements?.[0]?.text ?? '';
          expect(shown.length).toBeLessThanOrEqual(limit);
          expect(shown.length).toBeGreaterThan(0);
          // A torn pair of surrogates does not survive UTF-8.
          expect(Buffer.from(shown).toString()).toBe(shown);
          if (block.text?.type === 'plain_text') continue;
          expect(shown).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('loses nothing of a text that fits', () => {
    const long = Array.from({ length: 900 }, (_, line) => `line ${line} <with> & some text that goes on`).join('\n');
    const sections = slackPayload(sampleMessage({ text: long })).blocks.filter((block) => block.type === 'section');
    expect(sections.length).toBeGreaterThan(10);
    expect(sections.map((block) => block.text?.text).join('\n')).toBe(escapeSlack(long));
  });

  it('marks what was cut', () => {
    const { blocks } = slackPayload(sampleMessage({ text: 'x'.repeat(200_000) }));
    expect(blocks).toHaveLength(50);
    expect(blocks.at(-2)?.text?.text.endsWith('…')).toBe(true);
  });
});

describe('teamsPayload', () => {
  it('stays below 28 KB and shows the key, whatever a message holds', () => {
    fc.assert(
      fc.property(message, (any) => {
        const payload = JSON.stringify(teamsPayload(any));
        expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(28 * 1024);
        expect(payload).toContain('"text":"Message: ');
        // Only text runs: a TextBlock would read Markdown.
        expect(payload).not.toContain('"TextBlock"');
      }),
      { numRuns: 60 },
    );
  });

  it('carries the whole text when it fits', () => {
    const payload = JSON.stringify(teamsPayload(sampleMessage({ text: 'First line.\n\nSecond [line](http://x).' })));
    expect(payload).toContain('"text":"First line."');
    expect(payload).toContain('"text":"Second [line](http://x)."');
  });
});

describe('wordingOf', () => {
  it('marks a simulated message first', () => {
    expect(wordingOf(sampleMessage({ simulated: true })).title).toBe(
      '[SIMULATED] Wallet checkout: production deployment starting',
    );
  });

  it('keeps titles and facts on one line, free of control characters', () => {
    fc.assert(
      fc.property(message, (any) => {
        const { title, facts } = wordingOf(any);
        for (const line of [title, ...facts.flat()]) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('cutTo', () => {
  it('keeps within the length and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (any, length) => {
        const cut = cutTo(any, length);
        expect(cut.length).toBeLessThanOrEqual(Math.max(length, 1));
        expect(Buffer.from(cut).toString()).toBe(cut);
        if (any.length <= length) expect(cut).toBe(any);
      }),
    );
  });
});

describe('messageId', () => {
  it('depends on the key alone and is one safe token', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        expect(messageId(one, 'a@example.com')).toMatch(/^<relctl\.[0-9a-f]{40}@example\.com>$/);
        expect(messageId(one, 'a@example.com') === messageId(two, 'a@example.com')).toBe(one === two);
      }),
    );
    expect(messageId('k', 'odd\r\n')).toMatch(/@relctl\.invalid>$/);
  });
});
