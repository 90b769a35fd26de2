import { describe, expect, it } from 'vitest';
import { isContentNamed, withContentNames } from '../../../../src/domain/kubernetes/manifests.ts';
import { namedElsewhere } from '../../../../src/domain/kubernetes/named-elsewhere.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const object = (kind: string, name: string, more: object = {}, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const settings = object('ConfigMap', 'settings', { data: { a: '1' } });
const key = object('Secret', 'key', { stringData: { a: '1' } });
const web = (container: object = {}, annotations: object = {}) =>
  object(
    'Deployment',
    'web',
    {
      spec: {
        template: {
          metadata: { labels: { app: 'settings' }, annotations },
          spec: {
            containers: [
              {
                name: 'web',
                envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'key' } }],
                ...container,
              },
            ],
          },
        },
      },
    },
    'apps/v1',
  );
const role = (resources: readonly string[]) =>
  object('Role', 'web', { rules: [{ resources, resourceNames: ['settings', 'key'] }] }, 'rbac.authorization.k8s.io/v1');

describe('what is named where nobody but a program reads it', () => {
  it.each([
    ['an annotation', web({}, { 'reloader.example/configmap': 'settings,other' }), ['ConfigMap/settings']],
    ['resourceNames of that kind', role(['configmaps']), ['ConfigMap/settings']],
    ['resourceNames of all kinds', role(['*']), ['ConfigMap/settings', 'Secret/key']],
    ['an argument', web({ args: ['--tls-secret=shop/key'] }), ['Secret/key']],
    ['a variable', web({ env: [{ name: 'CONFIG_MAP', value: 'settings' }] }), ['ConfigMap/settings']],
    [
      'a field of a custom resource',
      object('Monitor', 'm', { spec: { basicAuth: { username: { name: 'key', key: 'user' } } } }, 'example.com/v1'),
      ['Secret/key'],
    ],
    ['nothing: a label and a service of the same name', web({ name: 'settings' }), []],
  ])('%s', (_title, one, expected) => {
    expect([...namedElsewhere([settings, key, one]).keys()].sort()).toEqual(expected);
  });

  it('keeps its name, and what is not named so gets one by its content', () => {
    const [kept, hashed, deployment] = withContentNames([settings, key, web(), role(['configmaps'])]);
    expect(kept?.metadata.name).toBe('settings');
    expect(hashed !== undefined && isContentNamed(hashed)).toBe(true);
    expect(JSON.stringify(deployment)).toContain(`"name":"${hashed?.metadata.name}"`);
    expect(JSON.stringify(deployment)).toContain('"configMapRef":{"name":"settings"}');
  });
});
