import { describe, expect, it } from 'vitest';
import { adoptionPatch } from '../../../../src/adapters/kubectl/adoption.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const byHand = { manager: 'kubectl-client-side-apply', operation: 'Update' };

function object(managedFields: readonly object[], annotations?: Record<string, string>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', resourceVersion: '7', managedFields, ...(annotations ? { annotations } : {}) },
  };
}

describe('adoptionPatch', () => {
  it('hands the fields of a plain kubectl apply over, at this version only', () => {
    const others = [{ manager: 'hpa', operation: 'Update' }, byHand];
    expect(adoptionPatch(object(others, { [LAST_APPLIED]: '{}' }), 'relctl')).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'replace', path: '/metadata/managedFields/1/manager', value: 'relctl' },
      { op: 'replace', path: '/metadata/managedFields/1/operation', value: 'Apply' },
      { op: 'remove', path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration' },
    ]);
  });

  it('leaves an annotation alone that is not there', () => {
    expect(adoptionPatch(object([byHand]), 'relctl')).toHaveLength(3);
  });

  it('has nothing to do where nothing was applied by hand, or where relctl has applied before', () => {
    expect(adoptionPatch(object([]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ manager: 'helm', operation: 'Update' }]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ ...byHand, subresource: 'status' }]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ manager: 'relctl', operation: 'Apply' }, byHand]), 'relctl')).toBeUndefined();
  });
});
