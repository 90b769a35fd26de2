/**
 * Blanks out comments, so that a variable or a statement in one is not found. Every other character keeps its offset and
 * its line. These are scanners, not parsers: they know strings well enough not to take `http://` for a comment.
 */

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Which characters begin a string; a line end closes all but the multi-line ones. */
interface Strings {
  readonly quotes: string;
  readonly multiline: string;
}

/** JavaScript, TypeScript, Java, Kotlin, C#, Go, Rust, PHP, Scala: line and block comments. `hash` adds `#` (PHP). */
export function blankSlashComments(text: string, language: 'script' | 'rust' | 'php' | 'other'): string {
  const strings: Strings = language === 'rust' ? { quotes: '"', multiline: '"' } : { quotes: '"\'`', multiline: '`' };
  let result = '';
  let kept = 0;
  let previous = '';
  for (let i = 0; i < text.length; ) {
    const character = text[i] ?? '';
    const next = text[i + 1];
    if (character === '/' && (next === '/' || next === '*')) {
      const end = next === '/' ? lineEnd(text, i) : after(text, '*/', i + 2);
      result += text.slice(kept, i) + blank(text.slice(i, end));
      i = kept = end;
    } else if (character === '#' && language === 'php' && next !== '[') {
      const end = lineEnd(text, i);
      result += text.slice(kept, i) + blank(text.slice(i, end));
      i = kept = end;
    } else if (strings.quotes.includes(character)) {
      i = stringEnd(text, i, strings.multiline.includes(character));
      previous = character;
    } else if (character === '/' && language === 'script' && /[(,=:[!&|?{};+\n]|^$/.test(previous)) {
      i = regexEnd(text, i);
      previous = '/';
    } else {
      if (/\S/.test(character)) previous = character;
      i += 1;
    }
  }
  return result + text.slice(kept);
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
  return blankHashComments(text.replace(/^=begin\b[\s\S]*?^=end\b/gm, blank).replace(/^__END__$[\s\S]*/m, blank));
}

/** SQL: `--` and block comments, outside strings. */
export function blankSqlComments(text: string): string {
  return text.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith("'") ? part : blank(part),
  );
}

/** Templates of Helm and ERB: their own comments. */
export function blankTemplateComments(text: string): string {
  return text.replace(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}|<%#[\s\S]*?%>/g, blank);
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
