import { describe, expect, test } from 'vitest';
import { readQuickHead } from '../../../src/plan/quick-head.ts';
import { parseReleasePlan } from '../../../src/plan/release-plan.ts';
import { mutate, seededRandom } from '../../bench/fuzz-plans/mutations.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../../support/sample-plan.ts';

const HEAD = sampleHead();

/** What the real reader makes of a text, in the same shape; `undefined` when it refuses it. */
function realHead(head: string) {
  try {
    const { metadata, spec } = parseReleasePlan(new TextEncoder().encode(head), SAMPLE_FILE, SAMPLE_ID);
    const { window, services } = spec;
    return { ...metadata, window, services: services.map((service) => service.name) };
  } catch {
    return undefined;
  }
}

const changed = (from: string | RegExp, to: string) => {
  const text = HEAD.replace(from, to);
  if (text === HEAD) throw new Error(`${String(from)} is not in the sample`);
  return text;
};

describe('what the quick reader reads', () => {
  test.each([
    ['the sample', HEAD],
    ['a document that a library wrote', sampleHead(() => undefined)],
    [
      'mappings on one line',
      changed(
        /window:[^\n]*\n.*\n.*\n.*\n/,
        'window: { start: 2026-12-03T14:00, end: 2026-12-03T18:00, timeZone: America/New_York }\n',
      ),
    ],
    [
      'services on one line each',
      changed(/- name: web\n.*\n.*\n/, '- { name: web, image: registry.example.com/web:1, change: More }\n'),
    ],
    [
      'the name of a service in the middle',
      changed('    - name: web\n      image', '    - change: More\n      name: web\n      image').replace(
        /\n {6}change: Shows.*/,
        '',
      ),
    ],
    ['a quoted feature with a number sign', changed('feature: Wallet checkout', 'feature: "Wallet #1" # renamed')],
    [
      'a feature with a colon inside a word and a comment',
      changed('feature: Wallet checkout', "feature: Wallet:checkout, v2 # it's new"),
    ],
    [
      'lists at the indent of their key',
      HEAD.replace(
        / {2}services:\n([\s\S]*?) {2}environmentVariables:/,
        (_, items: string) => `  services:\n${items.replace(/^ {4}/gm, '  ')}  environmentVariables:`,
      ),
    ],
  ])('%s, as the real reader does', (_, head) => {
    expect(readQuickHead(head)).toEqual(realHead(head));
    expect(readQuickHead(head)).toBeDefined();
  });
});

describe('what it leaves to the real reader', () => {
  test.each([
    ['a feature that YAML reads as a number', changed('feature: Wallet checkout', 'feature: 2026')],
    ['one that it reads as true', changed('feature: Wallet checkout', 'feature: true')],
    ['a block scalar', changed('feature: Wallet checkout', 'feature: |\n    Wallet')],
    ['a scalar over two lines', changed('feature: Wallet checkout', 'feature: Wallet\n    checkout')],
    ['an escape', changed('feature: Wallet checkout', 'feature: "Wallet\\ncheckout"')],
    ['a key that stands twice', changed('metadata:', 'metadata: { id: other }\nmetadata:')],
    ['an alias', changed('feature: Wallet checkout', 'feature: *name')],
    ['another version', changed('relctl/v1', 'relctl/v1beta1')],
    ['tabs', changed('metadata:\n', 'metadata:\n\t')],
    ['a second document', `${HEAD}---\n${HEAD}`],
    ['no services', changed(/ {2}services:\n[\s\S]*? {2}environmentVariables:/, '  environmentVariables:')],
    ['JSON', JSON.stringify({ apiVersion: 'relctl/v1' })],
    ['nothing', ''],
  ])('%s', (_, head) => {
    expect(readQuickHead(head)).toBeUndefined();
  });
});

test('where both read a damaged text, they read the same', () => {
  const random = seededRandom(20261203);
  let both = 0;
  for (let round = 0; round < 1500; round += 1) {
    const head = mutate(HEAD, random);
    const quick = readQuickHead(head);
    if (quick === undefined) continue;
    const real = realHead(head);
    if (real === undefined) continue;
    both += 1;
    expect(quick, head).toEqual(real);
  }
  // Otherwise the test would have compared nothing.
  expect(both).toBeGreaterThan(40);
});
