import { describe, expect, it } from 'vitest';
import { withProtocols } from '../../../../src/adapters/kubectl/service-ports.ts';

describe('withProtocols', () => {
  it('names TCP where a port of a Service names no protocol, and changes nothing else', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] },
    };
    expect(withProtocols(service)).toEqual({
      ...service,
      spec: {
        selector: { app: 'web' },
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    });
    for (const other of [
      { ...service, kind: 'ConfigMap' },
      { ...service, apiVersion: 'serving.knative.dev/v1' },
      { ...service, spec: {} },
    ]) {
      expect(withProtocols(other)).toBe(other);
    }
  });
});
