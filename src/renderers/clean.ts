/**
 * What comes from elsewhere (plans, logs, people) may hold bytes that drive a terminal or turn the direction of text, so
 * that a reader sees something else than what is there. They are made visible.
 */

// C0 without tab and line feed, DEL and C1, the bidirectional controls (Trojan Source, CVE-2021-42574), line separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with control characters shown as `\xNN` or `\uNNNN`; line feeds stay, a tab becomes two spaces. */
export function clean(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/\t/g, '  ').replace(UNSAFE, visible);
}

/** The same on one line: line feeds become spaces. */
export function cleanLine(text: string): string {
  return clean(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
