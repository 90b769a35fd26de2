/**
 * What comes from elsewhere (plans, logs, people) may hold characters that drive a terminal, turn the direction of text or are
 * not seen at all, so that a reader sees something else than what is there. This is the one place that makes them visible.
 */

/**
 * C0 without tab and line feed, DEL and C1; the bidirectional controls (Trojan Source, CVE-2021-42574); line separators; and
 * what has no width: soft hyphen, zero-width space, word joiner, invisible operators, byte order mark, interlinear annotations
 * and tag characters, in which whole sentences can be hidden. So can they in what Unicode calls letters and marks, and fonts leave blank: fillers of
 * Hangul, inherent vowels of Khmer, the joiner of graphemes, signs of shorthand and music, and the pattern of Braille without a dot.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]|\u034f/gu;

/** Joiners belong to emoji and to scripts that write letters connected; after anything else they only hide. */
const STRAY_JOINER =
  /(?<![\p{Extended_Pictographic}\p{M}\p{Emoji_Modifier}\p{Script=Arabic}\p{L}])[\u200c\u200d]|(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u200c\u200d]/gu;

/**
 * Variation selectors choose a form of the one character before them: of an emoji, a Han ideograph, a letter of Mongolian, Myanmar or Phags-pa. After
 * anything else, another selector too, nobody sees them, and 256 of them spell any text. Source: Unicode 16, 23.4.
 */
const STRAY_SELECTOR =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Script=Han}\p{Script=Myanmar}\p{Script=Phags_Pa}])[\ufe00-\ufe0f](?!\u20e3)|(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]|(?<![\p{Script=Mongolian}])[\u180b-\u180d\u180f]/gu;

/** Wherever it stands in a line of a job's log, it begins a command to the runner: of GitHub (`##[error]`) and of Azure (`##vso[`). */
const RUNNER_COMMAND = /#(?=#(?:vso)?\[)/gi;

/** The text with what is unsafe shown as `\xNN` or `\uNNNN`; line feeds stay, a tab becomes two spaces. */
export function clean(text: string): string {
  return cleanVerbatim(text.replace(/\r\n/g, '\n').replace(/\t/g, '  ')).replace(RUNNER_COMMAND, visible);
}

/**
 * Lines as they are written to a log: a CI runner obeys a command (`::error::`) that begins a line, behind spaces too, so its first colon is
 * shown as `\x3a`. It is for whole pages: only there is known what begins a line.
 * Source: the runner of GitHub, `ActionCommand.TryParseV2`.
 */
export function cleanLineStarts(page: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours may stand before the text.
  return page.replace(/^((?:[^\S\n]|\u001b\[[\d;]*m)*):(?=:)/gm, '$1\\x3a');
}

/** A text as of {@link clean}, on one line: line feeds become spaces. */
export function cleanLine(text: string): string {
  return clean(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/** A text as of {@link clean} with tabs as they are, for what is printed to be piped on: a difference, a manifest, a script. */
export function cleanVerbatim(text: string): string {
  return text.replace(UNSAFE, visible).replace(STRAY_SELECTOR, visible).replace(STRAY_JOINER, visible);
}

/** JSON in which the same characters are escapes: a parser reads the same text, and a terminal shows nothing but text. */
export function cleanJson(json: string): string {
  const escaped = (character: string) => [...Array(character.length).keys()].map((at) => unit(character, at)).join('');
  return json.replace(UNSAFE, escaped).replace(STRAY_SELECTOR, escaped).replace(RUNNER_COMMAND, escaped);
}

function unit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 256) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 65_536 ? unit(character, 0) : `\\u{${code.toString(16)}}`;
}
