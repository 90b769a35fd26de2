import type { Packet } from '../domain/packet/model.ts';
import { packetHtml } from './packet-html.ts';
import { packetMarkdown } from './packet-markdown.ts';

/** The packet in both forms in which it is kept. */
export function drawPacket(packet: Packet): { readonly markdown: string; readonly html: string } {
  return { markdown: packetMarkdown(packet), html: packetHtml(packet) };
}
