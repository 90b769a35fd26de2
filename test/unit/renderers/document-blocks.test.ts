import { describe, expect, test } from 'vitest';
import { packetDocument } from '../../../src/domain/packet/document.ts';
import { buildPacket } from '../../../src/domain/packet/packet.ts';
import { renderHuman } from '../../../src/renderers/human.ts';
import { markdownOf } from '../../../src/renderers/markdown/writer.ts';
import { createStyle } from '../../../src/renderers/style.ts';
import { displayWidth } from '../../../src/renderers/width.ts';
import { samplePacketFacts } from '../../support/sample-packet.ts';

const shown = (rich: boolean, columns: number) => {
  const document = packetDocument(buildPacket(samplePacketFacts(rich)));
  const text = markdownOf(document);
  const blocks = [{ kind: 'verbatim' as const, text, document }];
  const outcome = { result: 'done' as const, headline: 'packet', blocks, data: {} };
  return { document, text, drawn: renderHuman(outcome, createStyle({ columns, unicode: true })) };
};
const COPIED = /^ {4}\S/;

describe.each([false, true])('a document with rich content: %s', (rich) => {
  test.each([80, 100, 120])('fits a terminal of %i columns, commands aside', (columns) => {
    const lines = shown(rich, columns).drawn.split('\n');
    expect(lines.filter((line) => displayWidth(line) > columns && !COPIED.test(line))).toEqual([]);
  });

  test.each([80, 100])('is cut at words at %i columns', (columns) => {
    const { document, drawn } = shown(rich, columns);
    const written = new Set(JSON.stringify(document).split(/[\s"\\`,[\]{}]+/));
    const prose = drawn.split('\n').filter((line) => /^\S/.test(line) && !/[─│]/.test(line));
    const words = prose.flatMap((line) => line.split(/[\s"\\`,[\]{}]+/));
    expect(prose.length).toBeGreaterThan(20);
    expect(words.filter((word) => !written.has(word))).toEqual([]);
  });

  test('is Markdown, as it is, where it goes into a pipe', () => {
    const { text, drawn } = shown(rich, Number.POSITIVE_INFINITY);
    expect(drawn).toBe(text);
  });
});
