import { Lexer } from 'yaml';
import { RelctlError } from '../errors.ts';
import { byName } from '../text/by-name.ts';
import { command } from '../text/command-line.ts';
import { unixLines } from '../text/line-ends.ts';

/**
 * What a YAML text may be before the parser sees it. The parser composes recursively: 4 KB of `[` abort the Node process
 * and 40,000 keys take seconds, so depth and size are counted on the flat token stream first.
 */
export const YAML_LIMITS = { bytes: 1_048_576, depth: 40, indent: 80, keys: 8_000, tokens: 40_000 } as const;

/**
 * How large a plan may be with its history, which is read line by line and never by the YAML parser. A deployment records some 5 kB of each
 * service: with the bytes of a YAML text, one of two hundred services could neither go on nor be recorded as put back.
 */
export const LARGEST_PLAN = 16 * YAML_LIMITS.bytes;

/** What Kubernetes manifests may be: the definitions of an operator alone have more keys than any plan. */
export const MANIFEST_LIMITS = { depth: 100, indent: 200, keys: 400_000, tokens: 2_000_000 } as const;

/** What of a text is let through. */
interface Allowance {
  /**
   * Signs of features that are let through all the same, such as `&*!` for Kubernetes manifests; of tags, those of YAML's own types: any other may
   * mean something else to each reader.
   */
  readonly features?: string;
  readonly limits?: { readonly [limit in keyof typeof MANIFEST_LIMITS]: number };
}

const FORBIDDEN: Readonly<Record<string, string>> = byName({
  '&': 'an anchor (&)',
  '*': 'an alias (*)',
  '!': 'a tag (!)',
  '%': 'a directive (%)',
});

/** Tags of the core schema (yaml.org/spec/1.2.2, 10.3): `value: !!str 8080` is how charts make a text of a number. */
const OWN_TAG = /^!(!(str|int|float|bool|null|map|seq))?$/;

/** Characters that a plan may not hold: they are invisible, drive a terminal, or turn the direction of text (CVE-2021-42574). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
export const UNCLEAN = /^\ufeff|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * Refuses bytes that are not clean text: size, encoding, byte order mark, control characters. Returns the text with the line ends that git
 * keeps: digests are of what is committed, whatever line ends a clone has.
 */
export function decodeGuarded(bytes: Uint8Array, file: string): string {
  if (bytes.byteLength > LARGEST_PLAN) throw tooLarge(file, LARGEST_PLAN);
  let text: string;
  try {
    // The decoder would swallow a byte order mark, and what was read would not be what lies on the disk.
    text = unixLines(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new RelctlError('plan.yaml-syntax', `${file} is not UTF-8 text`, {
      place: { file, line: 1 },
      why: 'The file was cut, or is not a Release Plan Document.',
      hints: fromGit(file),
      cause,
    });
  }
  const unclean = UNCLEAN.exec(text);
  if (unclean) throw uncleanText(unclean[0], lineAt(text, unclean.index), file);
  return text;
}

/** What is said of a plan that is too large, or of a part of it. */
export function tooLarge(file: string, most: number, where = ''): RelctlError {
  return new RelctlError('plan.too-large', `${file} has more than ${most} bytes${where}`, {
    place: { file },
    why: 'Evidence that is larger belongs into files beside the plan, named in it with their SHA-256.',
    hints: [command`git log --oneline -- ${file}`],
  });
}

function uncleanText(character: string, line: number, file: string): RelctlError {
  const place = { file, line };
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const names: Readonly<Record<string, string>> = {
    '0000': 'a NUL byte',
    '000D': 'a carriage return without a line feed',
    FEFF: 'a byte order mark',
  };
  return new RelctlError('plan.yaml-syntax', `${file} holds ${names[code] ?? `the control character U+${code}`}`, {
    place,
    why: 'It cannot be seen, so people would approve something else than what is read.',
    hints: [command`git diff -- ${file}`, `remove it from line ${line}`],
  });
}

/** The lexer's own marks (document, flow error, scalar follows): they have no width in the source. */
const MARKS = new Set(['\u0002', '\u0018', '\u001f']);
const SCALAR_FOLLOWS = '\u001f';

/**
 * Refuses YAML features and depths that a plan does not need. Linear in the text, and never recursive.
 * @returns the lexemes of the text: to cut it into them is half of parsing it
 */
export function guardYaml(
  text: string,
  file: string,
  { features = '', limits = YAML_LIMITS }: Allowance = {},
): readonly string[] {
  const lexemes: string[] = [];
  let flowDepth = 0;
  let keys = 0;
  let inlineDepth = 0;
  let offset = 0;
  let previous = '';
  for (const token of new Lexer().lex(text)) {
    const start = offset;
    const isScalar = previous === SCALAR_FOLLOWS;
    previous = token;
    lexemes.push(token);
    if (lexemes.length > limits.tokens) {
      throw refuse('plan.too-many-keys', `${file} has more than ${limits.tokens} YAML tokens`, file, text, start);
    }
    if (MARKS.has(token)) continue;
    offset += token.length;
    if (isScalar) continue;

    const feature = FORBIDDEN[token[0] ?? ''];
    if (feature !== undefined && !(features.includes(token[0] ?? '') && (token[0] !== '!' || OWN_TAG.test(token))))
      throw refuse('plan.yaml-feature', `${feature} is not allowed in ${file}`, file, text, start);

    if (token === '[' || token === '{') flowDepth += 1;
    else if (token === ']' || token === '}') flowDepth -= 1;
    else if (token === ':') {
      keys += 1;
      // Outside brackets, `a: a: a:` on one line opens one map inside the other.
      if (flowDepth === 0) inlineDepth += 1;
    } else if (token === '-' || token === '?') inlineDepth += 1;
    else if (token === '\n' || token === '\r\n') inlineDepth = 0;
    const indent = text[start - 1] === '\n' && token.startsWith(' ') ? token.length : 0;

    if (flowDepth > limits.depth || inlineDepth > limits.depth || indent > limits.indent) {
      throw refuse('plan.too-deep', `${file} nests deeper than ${limits.depth} levels`, file, text, start);
    }
    if (keys > limits.keys) {
      throw refuse('plan.too-many-keys', `${file} has more than ${limits.keys} keys`, file, text, start);
    }
  }
  return lexemes;
}

/** What is said of `git checkout -- <file>` wherever it is advised: it discards. */
export const PUTS_BACK = 'puts back the committed file; what was recorded and not committed since is lost';

/** Next commands for a file that is damaged: what changed it, and the file as it is committed. */
export function fromGit(file: string): readonly string[] {
  return [command`git log -p -- ${file}`, command`git checkout -- ${file}`, PUTS_BACK];
}

const LESSONS = {
  'plan.yaml-feature': {
    why: 'A plan is read by the people who approve it: what stands on a line must be all that it means.',
    hints: () => ['write the value out where it is used'],
  },
  'plan.too-deep': {
    why: 'Nothing that people write is that deep; a text like this stalls or crashes YAML parsers.',
    hints: fromGit,
  },
  'plan.too-many-keys': {
    why: 'Nothing that people write has that many; reading it would take longer than anyone waits.',
    hints: fromGit,
  },
} as const;

function refuse(code: keyof typeof LESSONS, message: string, file: string, text: string, offset: number): RelctlError {
  const { why, hints } = LESSONS[code];
  return new RelctlError(code, message, { place: { file, line: lineAt(text, offset) }, why, hints: hints(file) });
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}
