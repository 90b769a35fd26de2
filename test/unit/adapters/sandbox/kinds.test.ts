import { expect, test } from 'vitest';
import { requireValid } from '../../../../src/adapters/sandbox/kinds.ts';

const check = (apiVersion: string, kind: string, name: string) => () =>
  requireValid({ apiVersion, kind, metadata: { name } }, undefined, 'shop');

test('roles and their bindings may be called what can stand in a path, other objects what RFC 1123 allows', () => {
  const rbac = 'rbac.authorization.k8s.io/v1';
  for (const name of ['default_view', 'shop:Reader', 'view']) expect(check(rbac, 'RoleBinding', name)).not.toThrow();
  for (const name of ['..', 'a/b', 'a%b']) expect(check(rbac, 'Role', name)).toThrow(/metadata\.name/);
  for (const name of ['default_view', 'Shop', 'shop:reader'])
    expect(check('v1', 'ConfigMap', name)).toThrow(/RFC 1123/);
});
