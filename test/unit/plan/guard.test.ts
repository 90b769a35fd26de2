import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelctlError } from '../../../src/errors.ts';
import { decodeGuarded, guardYaml, LARGEST_PLAN, lineAt, YAML_LIMITS } from '../../../src/plan/guard.ts';
import { decodePlan } from '../../../src/plan/status-text.ts';
import { readYaml } from '../../../src/plan/yaml.ts';
import { sampleHead } from '../../support/sample-plan.ts';

const FILE = 'releases/x.yaml';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What reading the text is refused with. */
function refusal(read: () => unknown): RelctlError {
  try {
    read();
  } catch (error) {
    if (error instanceof RelctlError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('bytes', () => {
  it('that are clean text come back as they are', () => {
    expect(decodeGuarded(bytes(sampleHead()), FILE)).toBe(sampleHead());
    expect(decodeGuarded(bytes('a: "支払い 🚀\t"\n'), FILE)).toBe('a: "支払い 🚀\t"\n');
  });

  it('with CRLF, as a clone on Windows has them, come back with the line ends that git keeps', () => {
    expect(decodeGuarded(bytes(sampleHead().replaceAll('\n', '\r\n')), FILE)).toBe(sampleHead());
  });

  it.each([
    ['a carriage return alone', 'a: 1\nb: 2\rc: 3\n', 'carriage return', 2],
    ['a NUL', 'a: 1\n\nb: \0', 'NUL', 3],
    ['a byte order mark', '\ufeffa: 1\n', 'byte order mark', 1],
    ['an escape sequence', 'a: 1\nb: \u001b[2J\n', 'U+001B', 2],
    ['a reversal of the reading direction', 'a: \u202e1\n', 'U+202E', 1],
    ['an invisible line end', 'a: 1 # x\u2028b: 2\n', 'U+2028', 1],
  ])('with %s are refused with the line', (_, text, problem, line) => {
    const error = refusal(() => decodeGuarded(bytes(text), FILE));
    expect(error).toMatchObject({ code: 'plan.yaml-syntax', place: { file: FILE, line } });
    expect(error.message).toContain(problem);
  });

  it('that are no UTF-8 are refused', () => {
    expect(refusal(() => decodeGuarded(Uint8Array.of(0x61, 0xff), FILE)).code).toBe('plan.yaml-syntax');
  });

  it('may be sixteen mebibytes and no more', () => {
    const full = new Uint8Array(LARGEST_PLAN).fill(0x20);
    expect(decodeGuarded(full, FILE)).toHaveLength(LARGEST_PLAN);
    const over = new Uint8Array(LARGEST_PLAN + 1).fill(0x20);
    expect(refusal(() => decodeGuarded(over, FILE)).code).toBe('plan.too-large');
  });

  it('are no larger than a mebibyte where people write: the YAML parser reads that', () => {
    const status = 'status:\n'.padEnd(2 * YAML_LIMITS.bytes, 'x');
    const full = `${' '.repeat(YAML_LIMITS.bytes - 1)}\n`;
    expect(decodePlan(bytes(full + status), FILE).head).toHaveLength(YAML_LIMITS.bytes);
    expect(refusal(() => decodePlan(bytes(` ${full}${status}`), FILE)).code).toBe('plan.too-large');
  });
});

describe('YAML', () => {
  it('as plans use it passes', () => {
    expect(() => guardYaml(sampleHead(), FILE)).not.toThrow();
    expect(() => guardYaml('a: "&x *y !z %w"\nb: \'[[[[\'\nc: |\n  &x *y !z\n  %w\n# &a *b\n', FILE)).not.toThrow();
    const deepest = `${'['.repeat(YAML_LIMITS.depth)}${']'.repeat(YAML_LIMITS.depth)}`;
    expect(() => guardYaml(deepest, FILE)).not.toThrow();
  });

  it.each([
    ['an anchor', 'a: 1\nb: &x 1\n', 2],
    ['an alias', 'a: *x\n', 1],
    ['an alias bomb', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n', 1],
    ['a tag', 'a: !!js/function "x"\n', 1],
    ['a local tag', 'a: !x 1\n', 1],
    ['a directive', '%YAML 1.1\n---\na: 1\n', 1],
  ])('with %s is refused with the line', (_, text, line) => {
    expect(refusal(() => guardYaml(text, FILE))).toMatchObject({
      code: 'plan.yaml-feature',
      place: { file: FILE, line },
    });
  });

  it.each([
    ['4,096 brackets', '['.repeat(4096)],
    ['braces', '{'.repeat(4096)],
    ['maps in maps in braces', '{a: '.repeat(4096)],
    ['maps in maps on one line', 'a: '.repeat(4096)],
    ['lists in lists on one line', '- '.repeat(4096)],
    ['keys that are keys', '? '.repeat(4096)],
    ['ever deeper lines', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')],
  ])('that nests too deep is refused before it is parsed: %s', (_, text) => {
    expect(refusal(() => readYaml(text, FILE)).code).toBe('plan.too-deep');
  });

  it.each([
    ['40,000 keys', Array.from({ length: 40_000 }, (_, key) => `k${key}: 1`).join('\n')],
    ['a list of half a million', `[${'1,'.repeat(500_000)}]`],
    ['half a million lines', '- 1\n'.repeat(250_000)],
    ['nothing but line ends', '\n'.repeat(1_000_000)],
  ])('with too much in it is refused before it is parsed: %s', (_, text) => {
    expect(refusal(() => readYaml(text, FILE)).code).toBe('plan.too-many-keys');
  });

  // What is just small enough for the guard: that these end at all, within the test's deadline, is what is shown.
  it.each([
    ['closing brackets', ']'.repeat(30_000)],
    ['pairs of brackets', '[]'.repeat(15_000)],
    ['empty strings', '""'.repeat(15_000)],
    ['commas', `[${','.repeat(30_000)}`],
    ['documents', '---\n'.repeat(10_000)],
    ['a mebibyte of one scalar', `a: ${'b'.repeat(1_000_000)}`],
    ['a mebibyte in an open string', `a: "${'b\n'.repeat(500_000)}`],
    ['a mebibyte of folded lines', `a: >\n${' x\n  y\n'.repeat(140_000)}`],
    ['a mebibyte of a flowing scalar', `{a: ${'b\n '.repeat(300_000)}`],
  ])('that is hard to parse still ends with an answer: %s', (_, text) => {
    try {
      readYaml(text, FILE);
    } catch (error) {
      expect(error).toBeInstanceOf(RelctlError);
    }
  });

  it('of any text ends with an answer', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ': ',
      '- ',
      '? ',
      ',',
      '\n',
      '  ',
      'a',
      '"',
      "'",
      '|',
      '>',
      '#',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        try {
          readYaml(pieces.join(''), FILE);
        } catch (error) {
          expect(error).toBeInstanceOf(RelctlError);
          expect((error as RelctlError).place?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('lines are counted from 1, and an offset on a line end belongs to its line', () => {
  expect(['a\nb\n'].flatMap((text) => [0, 1, 2, 3, 4].map((offset) => lineAt(text, offset)))).toEqual([1, 1, 2, 2, 3]);
});

it('a text with CRLF is as deep as the same text with LF', () => {
  const flat = Array.from({ length: 200 }, (_, at) => `k${at}: [${at}]`);
  for (const end of ['\n', '\r\n']) expect(() => guardYaml(flat.join(end), FILE)).not.toThrow();
});
