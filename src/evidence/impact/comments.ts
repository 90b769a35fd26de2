/**
 * Blanks out comments, so that a variable or a statement in one is not found. Every other character keeps its offset and
 * its line. These are scanners, not parsers: they know strings well enough not to take `http://` for a comment.
 */

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** What may begin something that is skipped, by language. Only `multiline` strings go on past the end of their line. */
const SLASH_LANGUAGES = {
  script: { next: /["'`/]/g, multiline: '`' },
  php: { next: /["'`/#]/g, multiline: '\'"`' },
  // A quote also begins a lifetime in Rust.
  rust: { next: /["/]/g, multiline: '"' },
  other: { next: /["'`/]/g, multiline: '`' },
} as const;

/** JavaScript, TypeScript, Java, Kotlin, C#, Go, Rust, PHP, Scala: line and block comments; `#` as well in PHP. */
export function blankSlashComments(text: string, language: keyof typeof SLASH_LANGUAGES): string {
  const { multiline } = SLASH_LANGUAGES[language];
  const next = new RegExp(SLASH_LANGUAGES[language].next);
  let result = '';
  let kept = 0;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const i = match.index;
    const character = match[0];
    const end = commentEnd(text, i);
    if (end !== undefined) {
      result += text.slice(kept, i) + blank(text.slice(i, end));
      next.lastIndex = kept = end;
    } else if (character === '/') {
      if (language === 'script' && beginsRegex(text, i)) next.lastIndex = regexEnd(text, i);
    } else if (character !== '#') {
      next.lastIndex = stringEnd(text, i, multiline.includes(character));
    }
  }
  return result + text.slice(kept);
}

function commentEnd(text: string, i: number): number | undefined {
  if (text[i] === '/' && text[i + 1] === '/') return lineEnd(text, i);
  if (text[i] === '/' && text[i + 1] === '*') return after(text, '*/', i + 2);
  return text[i] === '#' && text[i + 1] !== '[' ? lineEnd(text, i) : undefined;
}

/** A slash behind an operator or an opening bracket begins a regular expression; behind a value it divides. */
function beginsRegex(text: string, slash: number): boolean {
  let i = slash - 1;
  while (i >= 0 && (text[i] === ' ' || text[i] === '\t' || text[i] === '\n')) i -= 1;
  if (i < 0 || '(,=:[!&|?{};+<>'.includes(text[i] ?? '')) return true;
  return /(?:^|[^\w.$])(?:return|typeof|case|in|of|do|else)$/.test(text.slice(Math.max(0, i - 10), i + 1));
}

/** Python, Ruby, shell, YAML, TOML, Dockerfiles: from a `#` at the start of a line or after a space. `#{` is Ruby's interpolation. */
export function blankHashComments(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      let quote = '';
      for (let i = 0; i < line.length; i += 1) {
        const character = line[i] ?? '';
        if (quote !== '') {
          if (character === '\\' && quote === '"') i += 1;
          else if (character === quote) quote = '';
        } else if ((character === '"' || character === "'") && !/\w/.test(line[i - 1] ?? '')) quote = character;
        else if (character === '#' && (i === 0 || /\s/.test(line[i - 1] ?? '')) && line[i + 1] !== '{') {
          return line.slice(0, i) + ' '.repeat(line.length - i);
        }
      }
      return line;
    })
    .join('\n');
}

/** Python: comments, and strings that stand alone as a statement (docstrings). */
export function blankPythonComments(text: string): string {
  const bare = text.replace(
    /(^|\n)([ \t]*)[rRuU]?("""|''')[\s\S]*?\3/g,
    (all, start, indent) => start + indent + blank(all.slice(start.length + indent.length)),
  );
  return blankHashComments(bare);
}

/** Ruby: comments, `=begin` blocks, and what stands after `__END__`. */
export function blankRubyComments(text: string): string {
  const bare = blankBetween(text, /^=begin\b/gm, /^=end\b/gm);
  return blankHashComments(bare.replace(/^__END__$[\s\S]*/m, blank));
}

/** SQL: `--` and block comments, outside strings. */
export function blankSqlComments(text: string): string {
  const next = /'|--|\/\*/g;
  let result = '';
  let kept = 0;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const i = match.index;
    if (match[0] === "'") {
      const quote = text.indexOf("'", i + 1);
      // A doubled quote ends one string and begins the next, which comes to the same.
      if (quote !== -1) next.lastIndex = quote + 1;
      continue;
    }
    const close = match[0] === '--' ? lineEnd(text, i) : text.indexOf('*/', i + 2);
    // One that is not closed is none, and no later one is closed either.
    if (close === -1) return result + text.slice(kept, i) + blankLineComments(text.slice(i));
    const end = match[0] === '--' ? close : close + 2;
    result += text.slice(kept, i) + blank(text.slice(i, end));
    next.lastIndex = kept = end;
  }
  return result + text.slice(kept);
}

function blankLineComments(text: string): string {
  return text.replace(/'[^']*'|--[^\n]*/g, (part) => (part.startsWith("'") ? part : blank(part)));
}

/** Templates of Helm and ERB: their own comments. */
export function blankTemplateComments(text: string): string {
  const bare = blankBetween(text, /\{\{-?\s{0,20}\/\*/g, /\*\/\s{0,20}-?\}\}/g);
  return blankBetween(bare, /<%#/g, /%>/g);
}

/**
 * Blanks what stands between an opening mark and the closing one that follows it. One that is never closed ends the search: no later
 * one is closed either, and looking for that again and again is what takes for ever.
 */
export function blankBetween(text: string, open: RegExp, close: RegExp): string {
  let result = '';
  let kept = 0;
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    close.lastIndex = match.index + match[0].length;
    const end = close.exec(text);
    if (end === null) break;
    result += text.slice(kept, match.index) + blank(text.slice(match.index, end.index + end[0].length));
    open.lastIndex = kept = end.index + end[0].length;
  }
  return result + text.slice(kept);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function after(text: string, token: string, from: number): number {
  const at = text.indexOf(token, from);
  return at === -1 ? text.length : at + token.length;
}

function stringEnd(text: string, start: number, multiline: boolean): number {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i += 1) {
    const character = text[i];
    if (character === '\\') i += 1;
    else if (character === quote) return i + 1;
    else if (character === '\n' && !multiline) return i;
  }
  return text.length;
}

/** A regular expression literal ends on its own line, or it was a division. */
function regexEnd(text: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i += 1) {
    const character = text[i];
    if (character === '\\') i += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return i + 1;
  }
  return start + 1;
}
