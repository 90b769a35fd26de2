/** Seeded damage to the text of a plan: what editors, merges, disks and enemies do to files. */

/** A source of whole numbers from 0 (inclusive) to `below` (exclusive). */
export type Random = (below: number) => number;

/** Mulberry32: small, seeded, and good enough to choose damage with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

/** Fragments that have broken YAML and JSON readers, or that mean something to JavaScript. */
const FRAGMENTS = [
  '[',
  ']',
  '{',
  '}',
  '- ',
  '? ',
  ': ',
  ':\n',
  '|\n',
  '>-\n',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!!js/function ',
  '!!binary ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '<<: {}\n',
  '__proto__: {polluted: true}\n',
  'constructor: {prototype: {}}\n',
  '"__proto__":{"polluted":true},',
  '\t',
  '\0',
  '\r\n',
  '\ufeff',
  '\u2028',
  '\u202e',
  '"\\ud800"',
  '.nan',
  '.inf',
  '-0',
  '1e999',
  '0x10',
  '0o17',
  '1_000',
  'null',
  '~',
  'yes',
  '2026-02-30',
  '2026-12-03T14:00:00Z',
  '\nstatus:',
  '\nstatus: #\n  phase: x\n',
  '    - {}\n',
  '\nspec:\n',
  'apiVersion: relctl/v2\n',
  'apiVersion: relctl/v1beta1\n',
  '[]',
  '{}',
  'a: b: c',
] as const;

type Mutation = (text: string, random: Random) => string;

const cut = (text: string, random: Random): [number, number] => {
  const from = random(text.length + 1);
  return [from, Math.min(text.length, from + 1 + random(40))];
};

const MUTATIONS: readonly Mutation[] = [
  // A byte that became another one.
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1);
  },
  // A hole.
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  // A piece that is there twice, next to itself or elsewhere.
  (text, random) => {
    const [from, to] = cut(text, random);
    const at = random(2) === 0 ? to : random(text.length);
    return text.slice(0, at) + text.slice(from, to) + text.slice(at);
  },
  // A hostile fragment.
  (text, random) => {
    const at = random(text.length + 1);
    return text.slice(0, at) + (FRAGMENTS[random(FRAGMENTS.length)] ?? '') + text.slice(at);
  },
  // The same many times.
  (text, random) => {
    const at = random(text.length + 1);
    return text.slice(0, at) + (FRAGMENTS[random(FRAGMENTS.length)] ?? '').repeat(1 + random(2000)) + text.slice(at);
  },
  // The end is missing.
  (text, random) => text.slice(0, random(text.length)),
  // Another indentation of a line.
  (text, random) =>
    changeLine(text, random, (line) => (random(2) === 0 ? ' '.repeat(random(100)) : '') + line.trimStart()),
  // A line that is gone, doubled, or in another place.
  (text, random) => changeLine(text, random, () => undefined),
  (text, random) => changeLine(text, random, (line) => `${line}\n${line}`),
  (text, random) => {
    const lines = text.split('\n');
    const [moved = ''] = lines.splice(random(lines.length), 1);
    lines.splice(random(lines.length), 0, moved);
    return lines.join('\n');
  },
  // Another value.
  (text, random) =>
    changeLine(text, random, (line) => line.replace(/:.*$/, `: ${FRAGMENTS[random(FRAGMENTS.length)] ?? ''}`)),
  // Another key.
  (text, random) => changeLine(text, random, (line) => line.replace(/[A-Za-z]+:/, `k${random(9)}:`)),
  // What a merge leaves.
  (text, random) => changeLine(text, random, (line) => `<<<<<<< HEAD\n${line}\n=======\n${line}x\n>>>>>>> other`),
  // Digits that changed.
  (text, random) => changeLine(text, random, (line) => line.replace(/\d+/g, () => String(random(1_000_000)))),
];

function changeLine(text: string, random: Random, change: (line: string) => string | undefined): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  const changed = change(lines[at] ?? '');
  lines.splice(at, 1, ...(changed === undefined ? [] : [changed]));
  return lines.join('\n');
}

/** A text with one to four pieces of damage. */
export function mutate(text: string, random: Random): string {
  let damaged = text;
  for (let count = 1 + random(4); count > 0; count -= 1) {
    damaged = MUTATIONS[random(MUTATIONS.length)]?.(damaged, random) ?? damaged;
  }
  return damaged;
}
