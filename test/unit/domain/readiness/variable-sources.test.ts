import { describe, expect, it } from 'vitest';
import { keysOf, variableSources } from '../../../../src/domain/readiness/variable-sources.ts';

const deployment = (container: Record<string, unknown>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: { template: { spec: { containers: [{ name: 'sidecar', env: [{ name: 'A', value: '1' }] }, container] } } },
});

describe('variableSources', () => {
  it('knows values, keys and fields of the template, in the container that is asked about', () => {
    const api = deployment({
      name: 'api',
      env: [
        { name: 'URL', value: 'https://wallet.example' },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'wallet', key: 'key' } } },
        { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ],
    });
    expect(variableSources(api, 'api', 'URL')).toEqual([{ kind: 'template' }]);
    expect(variableSources(api, 'api', 'NODE')).toEqual([{ kind: 'template' }]);
    expect(variableSources(api, 'api', 'KEY')).toEqual([
      { kind: 'key', from: { kind: 'Secret', name: 'wallet' }, key: 'key' },
    ]);
    expect(variableSources(api, 'api', 'MODE')).toEqual([
      { kind: 'key', from: { kind: 'ConfigMap', name: 'settings' }, key: 'mode' },
    ]);
    expect(variableSources(api, 'api', 'A')).toEqual([]);
  });

  it('takes whole ConfigMaps and Secrets with their prefix, the last first', () => {
    const api = deployment({
      name: 'api',
      envFrom: [
        { configMapRef: { name: 'settings' } },
        { prefix: 'WALLET_', secretRef: { name: 'wallet' } },
        { prefix: 'OTHER_', secretRef: { name: 'other' } },
      ],
    });
    expect(variableSources(api, 'api', 'WALLET_KEY')).toEqual([
      { kind: 'all', from: { kind: 'Secret', name: 'wallet' }, key: 'KEY' },
      { kind: 'all', from: { kind: 'ConfigMap', name: 'settings' }, key: 'WALLET_KEY' },
    ]);
  });

  it('lets env win over envFrom, as Kubernetes does', () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'a' } } }];
    const api = deployment({ name: 'api', env, envFrom: [{ configMapRef: { name: 'settings' } }] });
    expect(variableSources(api, 'api', 'A')).toEqual([{ kind: 'key', from: { kind: 'Secret', name: 's' }, key: 'a' }]);
  });
});

describe('keysOf', () => {
  it('gives names of all kinds of data, each once', () => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
    expect(keysOf({ ...object, data: { B: 'x' }, stringData: { A: 'y', B: 'z' } })).toEqual(['A', 'B']);
    expect(keysOf(object)).toEqual([]);
  });
});
