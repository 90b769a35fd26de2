import type { Readable } from 'node:stream';

/** Says that a stream gave more than it may. */
export class TooMuch extends Error {
  constructor(readonly limit: number) {
    super(`more than ${limit} bytes`);
    this.name = 'TooMuch';
  }
}

/**
 * Collects what a stream gives, whole or not at all; it holds no more than the limit. A stream that gives more is closed.
 * @param limit bytes
 * @throws TooMuch; what the stream fails with
 */
export async function collect(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new TooMuch(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
