import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsObject } from '../../../../src/adapters/kubectl/contains.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const key = fc.stringMatching(/^[a-z]{1,4}$/);
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
  node: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.array(tie('leaf'), { maxLength: 3 }),
    fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  ),
})).node;

const object = (spec: unknown, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec,
  ...more,
});

describe('containsObject', () => {
  it('holds for an object and itself, and when the server adds fields anywhere', () => {
    fc.assert(
      fc.property(value, fc.dictionary(key, value), (spec, added) => {
        const actual = {
          ...object(spec, added),
          metadata: { name: 'web', uid: 'u', resourceVersion: '7' },
          status: {},
        };
        const wanted = object(spec);
        expect(containsObject({ ...actual, spec }, wanted)).toBe(true);
      }),
    );
  });

  it('does not hold when a wanted value is another one', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.integer(), { minKeys: 1 }), fc.integer(), (fields, other) => {
        const [first = ''] = Object.keys(fields);
        fc.pre(fields[first] !== other);
        expect(containsObject(object({ ...fields, [first]: other }), object(fields))).toBe(false);
        const { [first]: _gone, ...rest } = fields;
        expect(containsObject(object(rest), object(fields))).toBe(false);
      }),
    );
  });

  it('finds named list items among others, and compares other lists whole', () => {
    const container = { name: 'web', image: 'web:2' };
    const actual = object({
      containers: [{ name: 'sidecar' }, { ...container, imagePullPolicy: 'Always' }],
      args: ['a', 'b'],
    });
    expect(containsObject(actual, object({ containers: [container], args: ['a', 'b'] }))).toBe(true);
    expect(containsObject(actual, object({ containers: [{ ...container, image: 'web:3' }] }))).toBe(false);
    expect(containsObject(actual, object({ args: ['a'] }))).toBe(false);
    expect(containsObject(actual, object({ args: ['b', 'a'] }))).toBe(false);
  });

  it('ignores the version and UID that a write carries, and what is null or empty', () => {
    const wanted = {
      ...object({ a: null, b: {} }),
      metadata: { name: 'web', uid: 'other', resourceVersion: '1', labels: {} },
    };
    expect(containsObject(object({}), wanted)).toBe(true);
    expect(containsObject(object(undefined), wanted)).toBe(false);
  });

  it('knows that a Secret keeps stringData as base64 data', () => {
    const secret = (fields: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      ...fields,
    });
    const stored = secret({ data: { a: Buffer.from('x').toString('base64'), b: 'Yg==' } });
    expect(containsObject(stored, secret({ stringData: { a: 'x' }, data: { b: 'Yg==' } }))).toBe(true);
    expect(containsObject(stored, secret({ stringData: { a: 'y' } }))).toBe(false);
  });
});
