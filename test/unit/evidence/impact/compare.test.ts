import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVariables, oneSided, type PlacedUse } from '../../../../src/evidence/impact/variables/compare.ts';

const use = (name: string, more: Partial<PlacedUse> = {}): PlacedUse => ({
  name,
  line: 1,
  how: 'read',
  file: 'a.ts',
  services: ['web'],
  ...more,
});
const compare = (base: PlacedUse[], head: PlacedUse[], elsewhere: PlacedUse[] = []) =>
  compareVariables({ base, head, elsewhere }).map((f) =>
    [f.change, f.name, ...f.services, f.note].filter(Boolean).join(' '),
  );

describe('what became of a variable', () => {
  test('only at the head, only at the base', () => {
    expect(compare([use('OLD')], [use('NEW')])).toEqual(['added NEW web', 'removed OLD web']);
  });
  test('one that moves between files is the same', () => {
    expect(compare([use('A', { file: 'a.ts', line: 3 })], [use('A', { file: 'b.ts', line: 9 })])).toEqual([]);
  });
  test('one that unchanged files know is neither new nor gone', () => {
    expect(compare([], [use('A')], [use('A')])).toEqual([]);
    expect(compare([use('A')], [], [use('A')])).toEqual([]);
  });
  test('one that another service knows is new to this one', () => {
    expect(compare([], [use('A', { services: ['api'] })], [use('A')])).toEqual([
      'changed A api known already, and now needed by api too',
    ]);
  });
  test('a default, a value, a requirement that change', () => {
    expect(compare([use('A', { value: '"1"' })], [use('A', { value: '"2"' })])).toEqual([
      'changed A web its default changed',
    ]);
    expect(compare([use('A', { value: '1', how: 'declared' })], [use('A', { value: '2', how: 'declared' })])).toEqual([
      'changed A web its value or source changed',
    ]);
    expect(compare([use('A', { value: '1' })], [use('A')])).toEqual(['changed A web it lost its default']);
    expect(compare([use('A', { value: '"60000"' })], [use('A', { value: '60_000' })])).toEqual([]);
    expect(compare([use('A', { value: '1' }), use('A', { value: '2' })], [use('A', { value: '2' })])).toEqual([]);
  });
  test('a value that moves to another owner, its ConfigMap or a renamed workload, is as it was', () => {
    const given = (value: string, owner: string, more: Partial<PlacedUse> = {}) =>
      use('A', { how: 'declared', value, owner, ...more });
    expect(compare([given('1', 'api')], [given('1', 'api-config')])).toEqual([]);
    expect(compare([given('1', 'cart')], [given('1', 'carts'), given('1', 'web')])).toEqual([]);
    expect(compare([given('1', 'cart')], [given('2', 'carts')])).toHaveLength(1);
    expect(compare([given('1', 'api'), given('2', 'web')], [given('2', 'api'), given('2', 'web')])).toHaveLength(1);
    // One place of several moves its value to a ConfigMap that had another for another way to install.
    const held = (value: string) => given(value, 'api-config', { isHeld: true });
    expect(compare([given('1', 'api'), held('{{ x }}')], [given('1', 'api'), held('{{ x }}'), held('1')])).toEqual([]);
    expect(compare([held('1')], [held('2')])).toHaveLength(1);
    // A Secret is another source, whatever it holds.
    expect(compare([given('1', 'api')], [given('1', 'api-secret', { secret: true })])).toHaveLength(1);
  });
  test('values never leave: not in a finding, whatever they are', () => {
    const text = JSON.stringify(
      compareVariables({
        base: [use('A', { value: 'hunter2' })],
        head: [use('A', { value: 'correct-horse' }), use('B', { value: 'battery' })],
        elsewhere: [],
      }),
    );
    expect(text).not.toMatch(/hunter2|correct-horse|battery/);
  });
  test.each([
    ['STRIPE_SECRET_KEY', true],
    ['DATABASE_URL', true],
    ['SENTRY_DSN', true],
    ['STRIPE_PUBLISHABLE_KEY', false],
    ['TOKEN_TTL', false],
    ['LOG_LEVEL', false],
    ['KEYBOARD', false],
  ])('%s is a secret: %s', (name, secret) => {
    expect(compareVariables({ base: [], head: [use(name)], elsewhere: [] })[0]?.secret).toBe(secret);
  });
  test('required means read without a default; places of reading come first', () => {
    const [found] = compareVariables({
      base: [],
      head: [use('A', { how: 'declared', file: '.env' }), use('A', { file: 'z.ts' })],
      elsewhere: [],
    });
    expect(found).toMatchObject({ required: true, buildTime: false, seen: [{ file: 'z.ts' }, { file: '.env' }] });
    expect(compareVariables({ base: [], head: [use('A', { value: '1' })], elsewhere: [] })[0]?.required).toBe(false);
  });
});

test('swapping the sides swaps added and removed', () => {
  const side = fc
    .array(fc.constantFrom('A_A', 'B_B', 'C_C', 'D_D', 'E_E'), { maxLength: 5 })
    .map((names) => names.map((name) => use(name)));
  fc.assert(
    fc.property(side, side, side, (base, head, elsewhere) => {
      const there = compareVariables({ base, head, elsewhere });
      const back = compareVariables({ base: head, head: base, elsewhere });
      const names = (found: typeof there, change: string) =>
        found.filter((f) => f.change === change).map((f) => f.name);
      expect(names(there, 'added')).toEqual(names(back, 'removed'));
      expect(names(there, 'removed')).toEqual(names(back, 'added'));
      const known = new Set(elsewhere.map((u) => u.name));
      expect(new Set([...names(there, 'added'), ...names(there, 'removed')])).toEqual(
        new Set(oneSided(base, head).filter((name) => !known.has(name))),
      );
    }),
  );
});
