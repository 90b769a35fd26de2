/** Larger files are generated or data. */
const MAX_CHARACTERS = 1_000_000;
/** Longer lines are generated, minified or data. */
const LONGEST_LINE = 5_000;
/** Nobody leaves more room; patterns that skip white space would look at each such run once for every place in it. */
const LONGEST_SPACE = 1000;

/**
 * Why a text is not looked at, for people; `undefined` for one that is. What is left out here is named to whoever reads the plan, so that
 * a file is hidden from nobody by being made odd.
 */
export function oddity(text: string): string | undefined {
  if (text.length > MAX_CHARACTERS) return `it has ${text.length} characters`;
  let line = 0;
  let space = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0) return 'it is not text';
    line = code === 10 ? 0 : line + 1;
    space = code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0xfeff ? space + 1 : 0;
    if (line > LONGEST_LINE) return `it has a line of more than ${LONGEST_LINE} characters`;
    if (space > LONGEST_SPACE) return `it has more than ${LONGEST_SPACE} characters of white space in a row`;
  }
  return undefined;
}
