import { describe, expect, it } from 'vitest';
import { holdsContent } from '../../../../src/domain/deployment/content.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const secret = (fields: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  ...fields,
});
const settings = (fields: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  ...fields,
});

describe('what a ConfigMap or Secret holds', () => {
  it.each([
    [
      'the same text, in plain and in base64',
      secret({ data: { KEY: 'w4TDtsO8' }, type: 'Opaque' }),
      secret({ stringData: { KEY: 'Äöü' } }),
      true,
    ],
    ['another value', secret({ data: { KEY: 'YQ==' } }), secret({ stringData: { KEY: 'b' } }), false],
    ['one key more', settings({ data: { A: '1', B: '2' } }), settings({ data: { A: '1' } }), false],
    ['one key less', settings({ data: {} }), settings({ data: { A: '1' } }), false],
    ['nothing', settings({}), settings({ data: {} }), true],
    ['another type', secret({ type: 'kubernetes.io/tls' }), secret({}), false],
    ['the same bytes', settings({ binaryData: { A: 'AAE=' } }), settings({ binaryData: { A: 'AAE=' } }), true],
  ])('%s: %s', (_what, live, wanted, same) => {
    expect(holdsContent(live, wanted)).toBe(same);
  });
});
