import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../../../src/domain/kubernetes/shown-objects.ts';
import { stagedDifferences, stagedObjects } from '../../../../src/domain/kubernetes/staged-objects.ts';

const web = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
});
const secret = (value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'web-keys-1' },
  data: { KEY: value },
});

describe('what was staged against what would be deployed', () => {
  it('is the same whatever the order of keys', () => {
    const { metadata, spec, ...rest } = web('web:1');
    const before = stagedObjects('production', 'web', [{ spec, metadata, ...rest }]);
    expect(stagedDifferences(before, stagedObjects('production', 'web', [web('web:1')]))).toEqual([]);
  });

  it('names each object that changed, came or went, with the lines', () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-1' }, data: { A: '1' } };
    const before = stagedObjects('production', 'web', [web('web:1'), config]);
    const now = stagedObjects('production', 'web', [web('web:2'), { ...config, metadata: { name: 'web-2' } }]);
    const found = stagedDifferences(before, now);
    expect(found.map((one) => one.object)).toEqual([
      'production web ConfigMap/web-1',
      'production web ConfigMap/web-2',
      'production web Deployment/web',
    ]);
    expect(found[2]?.diff).toMatch(/-\s+"image": "web:1"/);
    expect(found[2]?.diff).toMatch(/\+\s+"image": "web:2"/);
  });

  it('holds no value of a Secret', () => {
    const record = stagedObjects('staging', 'web', [secret('c2VjcmV0LXZhbHVl')]);
    expect(JSON.stringify(record)).not.toContain('c2VjcmV0LXZhbHVl');
    expect(JSON.stringify(record)).toContain('KEY');
  });

  // Two values are told apart wherever they stand, and however they are compared: by the record of a staging and by a printed difference.
  it.each([
    ['data', { data: { KEY: 'YQ==' } }, { data: { KEY: 'Yg==' } }],
    ['stringData', { stringData: { KEY: 'a' } }, { stringData: { KEY: 'b' } }],
    ['one of many', { data: { A: 'YQ==', B: 'YQ==' } }, { data: { A: 'YQ==', B: 'Yg==' } }],
    ['swapped', { data: { A: 'YQ==', B: 'Yg==' } }, { data: { A: 'Yg==', B: 'YQ==' } }],
    ['moved', { data: { A: 'YQ==' } }, { stringData: { A: 'YQ==' } }],
    ['no text', { data: { A: null } }, { data: { A: 1 } }],
    ['no object', { data: 'YQ==' }, { data: 'Yg==' }],
  ])('a Secret with another value is another object: %s', (_where, old, other) => {
    const object = (values: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flags' }, ...values });
    const staged = (values: object) => stagedObjects('production', 'api', [object(values)]);
    expect(stagedDifferences(staged(old), staged(other))).toHaveLength(1);
    expect(stagedDifferences(staged(old), staged(structuredClone(old)))).toEqual([]);
    const shown = (values: object) => [{ owner: 'api', object: object(values) }];
    expect(differenceOf(shown(old), shown(other))).not.toBe('');
    expect(differenceOf(shown(old), shown(structuredClone(old)))).toBe('');
  });

  it('the digest of a Secret is its own: the same value elsewhere has another', () => {
    const digest = (name: string) => {
      const text = Object.values(stagedObjects('staging', 'web', [{ ...secret('YQ=='), metadata: { name } }])).join();
      return /scrypt:[0-9a-f]{64}/.exec(text)?.[0];
    };
    expect(digest('a')).toBeDefined();
    expect(digest('a')).not.toBe(digest('b'));
  });
});
