import { readAllowedSigners } from './allowed-signers.ts';

/** Changes of the text of `allowed_signers`; lines and comments that are not meant stay as they are. */

/** The text with a line more, unless it stands there. */
export function withLine(text: string, line: string): string {
  if (text.split('\n').some((one) => one.trim() === line)) return text;
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
}

/**
 * The text in which the keys of a person, but for one, are not valid any more from a day on.
 * @param day `20261201Z`
 * @returns the text, and how many lines were changed
 */
export function withEnd(text: string, person: string, kept: string, day: string): { text: string; ended: number } {
  const ending = new Set(
    readAllowedSigners(text)
      .signers.filter((one) => one.principal === person && one.fingerprint !== kept && one.validBefore === undefined)
      .map((one) => one.line),
  );
  const lines = text.split('\n').map((line, index) => {
    if (!ending.has(index + 1)) return line;
    return line.replace(/namespaces="[^"]*"/, (namespaces) => `${namespaces},valid-before="${day}"`);
  });
  return { text: lines.join('\n'), ended: ending.size };
}

/** The text without the lines of keys, and the public keys that stood in them. */
export function withoutKeys(
  text: string,
  isMeant: (key: { readonly principal: string; readonly fingerprint: string }) => boolean,
): { text: string; keys: readonly string[] } {
  const meant = readAllowedSigners(text).signers.filter(isMeant);
  const gone = new Set(meant.map((one) => one.line));
  return {
    text: text
      .split('\n')
      .filter((_, index) => !gone.has(index + 1))
      .join('\n'),
    keys: meant.map((one) => `${one.keyType} ${one.publicKey} ${one.principal}`),
  };
}
