import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findResource,
  groupPath,
  isPathName,
  resourcePath,
  wellKnownResource,
} from '../../../../src/adapters/kubectl/api-resources.ts';

describe('API paths', () => {
  it('lead to one object, or to all of a namespace', () => {
    const deployments = { plural: 'deployments', namespaced: true };
    expect(resourcePath('apps/v1', deployments, 'shop', 'web')).toBe('/apis/apps/v1/namespaces/shop/deployments/web');
    expect(resourcePath('v1', { plural: 'pods', namespaced: true }, 'shop')).toBe('/api/v1/namespaces/shop/pods');
    expect(resourcePath('v1', { plural: 'nodes', namespaced: false }, 'shop', 'n1')).toBe('/api/v1/nodes/n1');
    expect(groupPath('gateway.networking.k8s.io/v1')).toBe('/apis/gateway.networking.k8s.io/v1');
  });

  it('stay below the namespace whatever the name is', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        fc.pre(isPathName(name));
        const path = resourcePath('v1', { plural: 'secrets', namespaced: true }, 'shop', name);
        const url = new URL(path, 'https://server');
        expect(url.pathname.startsWith('/api/v1/namespaces/shop/secrets/')).toBe(true);
        expect(url.pathname.split('/')).toHaveLength(7);
        expect(url.search + url.hash).toBe('');
      }),
    );
    for (const name of ['', '.', '..', 'a/b', '%2e%2e']) expect(isPathName(name), name).toBe(false);
  });

  it('come from discovery where the kind is not a well-known one', () => {
    expect(wellKnownResource('coordination.k8s.io/v1', 'Lease')).toEqual({ plural: 'leases', namespaced: true });
    expect(wellKnownResource('policy/v1', 'PodDisruptionBudget')?.plural).toBe('poddisruptionbudgets');
    expect(wellKnownResource('policy/v1beta1', 'PodDisruptionBudget')).toBeUndefined();
    expect(wellKnownResource('example.com/v1', 'Deployment')).toBeUndefined();
    const discovery = {
      resources: [
        { name: 'httproutes/status', kind: 'HTTPRoute', namespaced: true },
        { name: 'httproutes', kind: 'HTTPRoute', namespaced: true },
        { name: 'gatewayclasses', kind: 'GatewayClass', namespaced: false },
      ],
    };
    expect(findResource(discovery, 'HTTPRoute')).toEqual({ plural: 'httproutes', namespaced: true });
    expect(findResource(discovery, 'GatewayClass')).toEqual({ plural: 'gatewayclasses', namespaced: false });
    expect(findResource(discovery, 'Gateway')).toBeUndefined();
    expect(findResource({}, 'Gateway')).toBeUndefined();
  });
});
