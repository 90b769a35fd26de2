import { expect, it } from 'vitest';
import { differingFields } from '../../../../src/domain/kubernetes/differing-fields.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const web = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec }) as KubeObject;

it('names each field that differs, with what it is and what it was', () => {
  const before = web({ replicas: 3, strategy: { type: 'Recreate' } });
  const now = web({ replicas: 4, paused: true }, { finalizers: ['example.com/backup'], resourceVersion: '7' });
  expect(differingFields(now, before)).toEqual([
    'spec.replicas is 4, and was 3',
    'spec.paused is true, and was not set',
    'spec.strategy is not set, and was {"type":"Recreate"}',
    'metadata.finalizers is ["example.com/backup"], and was not set',
  ]);
});

it('says nothing of what only the server sets', () => {
  expect(differingFields(web({}, { generation: 4 }), web({}, { generation: 1 }))).toEqual([]);
});
