import { describe, expect, it } from 'vitest';
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
});
