import { describe, expect, it } from 'vitest';
import { adoptionPatch } from '../../../../src/adapters/kubectl/adoption.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const byHand = { manager: 'kubectl-client-side-apply', operation: 'Update' };

function object(managedFields: readonly object[]): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', resourceVersion: '7', managedFields } };
}

describe('adoptionPatch', () => {
  it('hands the fields of a plain kubectl apply over, at this version only', () => {
    const others = [{ manager: 'hpa', operation: 'Update' }, byHand];
    expect(adoptionPatch(object(others), 'relctl')).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'replace', path: '/metadata/managedFields/1/manager', value: 'relctl' },
      { op: 'replace', path: '/metadata/managedFields/1/operation', value: 'Apply' },
    ]);
  });

  it('has nothing to do where nothing was applied by hand, or where relctl has applied before', () => {
    expect(adoptionPatch(object([]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ manager: 'helm', operation: 'Update' }]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ ...byHand, subresource: 'status' }]), 'relctl')).toBeUndefined();
    expect(adoptionPatch(object([{ manager: 'relctl', operation: 'Apply' }, byHand]), 'relctl')).toBeUndefined();
  });
});
