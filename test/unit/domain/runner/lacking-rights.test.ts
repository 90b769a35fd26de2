import { describe, expect, it } from 'vitest';
import { lackingRights } from '../../../../src/domain/runner/lacking-rights.ts';
import type { PolicyRule } from '../../../../src/domain/runner/rights.ts';

const deployments: PolicyRule = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] };
const lease: PolicyRule = {
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  resourceNames: ['relctl'],
  verbs: ['update'],
};
const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] } as unknown as PolicyRule;

describe('rights that a Role lacks', () => {
  it.each<[string, readonly PolicyRule[], readonly string[]]>([
    ['the same', [deployments, lease], []],
    ['all of everything', [all], []],
    ['one verb less', [{ ...deployments, verbs: ['get'] }, lease], ['patch apps/deployments']],
    [
      'the core group',
      [{ ...deployments, apiGroups: [''] }, lease],
      ['get apps/deployments', 'patch apps/deployments'],
    ],
    ['any name', [deployments, { ...lease, resourceNames: [] }], []],
    ['another name', [deployments, { ...lease, resourceNames: ['x'] }], ['update coordination.k8s.io/leases relctl']],
    [
      'a name where all are meant',
      [{ ...deployments, resourceNames: ['web'] }, lease],
      ['get apps/deployments', 'patch apps/deployments'],
    ],
  ])('%s', (_what, live, lacking) => {
    expect(lackingRights([deployments, lease], live)).toEqual(lacking);
  });
});
