import { byName } from './by-name.ts';

/**
 * Commands that are printed to be copied. What people typed (conditions, names of branches, files) goes into them as quoted words,
 * so that pasting a command runs that command and nothing else. Every command with something in it is written with this tag; a
 * lint rule finds those that are not.
 */

/** What can stand in a command: a word, or several of them. */
type Words = string | number | readonly (string | number)[];

/**
 * A command line as text. What is between the placeholders is written as it is; each value becomes one word of a POSIX shell, and a
 * list becomes words with spaces between them.
 * @example command`relctl signoff condition ${id} --condition ${text} --evidence "<what shows it>"`
 */
export function command(parts: TemplateStringsArray, ...values: readonly Words[]): string {
  return parts.reduce((line, part, at) => {
    const value = values[at - 1] ?? '';
    return `${line}${typeof value === 'object' ? value.map((one) => quoted(String(one))).join(' ') : quoted(String(value))}${part}`;
  });
}

/** One word of a shell, as it is where it may be: POSIX 2.2 names what has to be quoted; zsh reads a leading `=`, and bash `!`, and `~` in what looks as an assignment. */
const PLAIN_WORD = /^(?![=~]|.*[=:]~)[A-Za-z0-9_@%+=:,./~-]+$/;
/** Characters that would not survive being shown: all that is not a visible character or a space of ASCII, or a letter. */
const UNPRINTABLE = /[^\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** A word that a shell reads as exactly this text. */
export function quoted(word: string): string {
  if (PLAIN_WORD.test(word)) return word;
  if (UNPRINTABLE.test(word)) return escaped(word);
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The form with escapes (bash, zsh, ksh, POSIX 2024), for what holds line breaks or control characters. */
function escaped(word: string): string {
  const shown = Array.from(word, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (!UNPRINTABLE.test(character) && character !== '!') return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 128) return ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 65_536 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `$'${shown.join('')}'`;
}

const ESCAPES: Readonly<Record<string, string>> = byName({ '\n': '\\n', '\r': '\\r', '\t': '\\t' });
