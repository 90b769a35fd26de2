/**
 * Line ends. Clones on Windows have CRLF where git keeps LF (`core.autocrlf`): what is read or compared as text has LF here, so that
 * the same commit means the same on every machine.
 */

/** A text with the line ends that git keeps. */
export function unixLines(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}

const [CR, LF] = [13, 10];

/** The same, byte for byte. */
export function unixLineBytes(bytes: Uint8Array): Uint8Array {
  return bytes.includes(CR) ? bytes.filter((byte, at) => byte !== CR || bytes[at + 1] !== LF) : bytes;
}

/** Bytes with CRLF where a line ends, as a clone on Windows has them. */
export function windowsLineBytes(bytes: Uint8Array): Uint8Array {
  const plain = unixLineBytes(bytes);
  const wide = new Uint8Array(plain.length + plain.reduce((count, byte) => count + (byte === LF ? 1 : 0), 0));
  let end = 0;
  for (const byte of plain) {
    if (byte === LF) wide[end++] = CR;
    wide[end++] = byte;
  }
  return wide;
}

/**
 * The same where every line ends so, as a clone on Windows has it. A single carriage return is part of a text: behind a word it makes another
 * word of it, and a shell another program.
 */
export function evenLineBytes(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(CR)) return bytes;
  const isEven = bytes.every((byte, at) => (byte === CR ? bytes[at + 1] === LF : byte !== LF || bytes[at - 1] === CR));
  return isEven ? unixLineBytes(bytes) : bytes;
}
