import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fields, mergeApplied, stillApplied } from '../../../../src/adapters/sandbox/merge.ts';

const scalar = fc.oneof(fc.integer(), fc.string(), fc.boolean());
const fields: fc.Arbitrary<Fields> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.oneof(scalar, fc.dictionary(fc.constantFrom('x', 'y', 'z'), scalar), fc.array(scalar, { maxLength: 3 })),
);

describe('apply', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fields, fields, (live, wanted) => {
        const once = mergeApplied(live, undefined, wanted);
        expect(mergeApplied(once, wanted, wanted)).toEqual(once);
      }),
    );
  });

  it('keeps what others set and sets everything that is wanted', () => {
    fc.assert(
      fc.property(fields, fields, (live, wanted) => {
        const merged = mergeApplied(live, undefined, wanted);
        for (const key of Object.keys(live)) if (!(key in wanted)) expect(merged[key]).toEqual(live[key]);
        expect(merged).toMatchObject(wanted);
      }),
    );
  });

  it('takes away what was applied before and is no longer wanted', () => {
    fc.assert(
      fc.property(fields, fields, (first, second) => {
        expect(mergeApplied(mergeApplied({}, undefined, first), first, second)).toEqual(second);
      }),
    );
  });

  it('merges containers by name and their variables by name, in the order in which they stand', () => {
    const live = {
      containers: [
        { name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }] },
        { name: 'injected', image: 'mesh:1' },
      ],
    };
    const applied = { containers: [{ name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }] }] };
    const wanted = { containers: [{ name: 'app', image: 'a:2', env: [{ name: 'Y', value: '2' }] }] };
    expect(mergeApplied(live, applied, wanted)).toEqual({
      containers: [
        { name: 'app', image: 'a:2', env: [{ name: 'Y', value: '2' }] },
        { name: 'injected', image: 'mesh:1' },
      ],
    });
  });

  it('takes selectors whole', () => {
    expect(mergeApplied({ selector: { app: 'web' } }, undefined, { selector: { track: 'stable' } })).toEqual({
      selector: { track: 'stable' },
    });
  });
});

describe('what is still applied', () => {
  it('leaves out what somebody else changed since', () => {
    expect(stillApplied({ a: 1, b: { c: 2, d: 3 } }, { a: 9, b: { c: 2, d: 4 } })).toEqual({ b: { c: 2 } });
    expect(stillApplied(undefined, { a: 1 })).toBeUndefined();
  });
});
