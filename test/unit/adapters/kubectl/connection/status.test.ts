import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../../src/adapters/kubectl/connection/status.ts';

const status = (code: number, fields: object, retryAfter?: number) =>
  failureOf({ status: code, retryAfter, body: JSON.stringify({ kind: 'Status', status: 'Failure', code, ...fields }) });
const text = (code: number, body: string) => failureOf({ status: code, retryAfter: undefined, body });

describe('what is known of a request from the answer that says no', () => {
  const web = { name: 'web', kind: 'deployments', group: 'apps' };
  it.each([
    ['no object', 404, { reason: 'NotFound', message: 'deployments.apps "web" not found', details: web }, 'not-found'],
    [
      'no such path',
      404,
      { reason: 'NotFound', message: 'the server could not find the requested resource' },
      'rejected',
    ],
    ['no namespace', 404, { reason: 'NotFound', details: { name: 'shop', kind: 'namespaces' } }, 'rejected'],
    ['it exists', 409, { reason: 'AlreadyExists', details: web }, 'exists'],
    ['another version', 409, { reason: 'Conflict', message: 'the object has been modified' }, 'conflict'],
    [
      'made anew',
      422,
      { reason: 'Invalid', message: 'metadata.uid: Invalid value: "a": field is immutable' },
      'conflict',
    ],
    ['invalid', 422, { reason: 'Invalid', message: 'spec.replicas: Invalid value: -1' }, 'rejected'],
    ['no right', 403, { reason: 'Forbidden', message: 'cannot get' }, 'rejected'],
    ['no login', 401, { reason: 'Unauthorized' }, 'no-access'],
    ['too busy', 429, { reason: 'TooManyRequests' }, 'throttled'],
    ['etcd away', 500, { reason: 'InternalError', message: 'etcdserver: request timed out' }, 'unknown'],
    ['too slow', 504, { reason: 'Timeout' }, 'unknown'],
    [
      'an unknown field',
      500,
      {
        message:
          'failed to create typed patch object (shop/web; /v1, Kind=ConfigMap): .dota: field not declared in schema',
      },
      'rejected',
    ],
    ['etcd away, without a reason', 500, { message: 'etcdserver: leader changed' }, 'unknown'],
    ['stopping', 503, { reason: 'ServiceUnavailable' }, 'unknown'],
  ])('%s', (_what, code, fields, failure) => {
    expect(status(code, fields)).toMatchObject({ failure });
  });

  it.each([
    ['kubectl found nobody listening', 502, 'dial tcp 127.0.0.1:1: connect: connection refused', 'unsent'],
    ['kubectl lost the server', 500, 'unexpected EOF', 'unknown'],
    ['the certificate is not trusted', 500, 'tls: failed to verify certificate: x509: unknown authority', 'no-access'],
    [
      'a credential plugin failed',
      500,
      'getting credentials: exec: executable gke failed with exit code 1',
      'no-access',
    ],
    ['a balancer gave up', 503, '<html>upstream</html>', 'unknown'],
    ['kubectl says nothing', 502, '', 'unknown'],
    ['a path that nobody serves', 404, '404 page not found', 'rejected'],
  ])('%s', (_what, code, body, failure) => {
    expect(text(code, body)).toMatchObject({ failure });
  });

  it('keeps when a busy server wants to be asked again, and a second where it does not say', () => {
    expect(status(429, { reason: 'TooManyRequests' }, 7000).retryAfter).toBe(7000);
    expect(status(429, { reason: 'TooManyRequests' }).retryAfter).toBe(1000);
    expect(status(500, { reason: 'InternalError' }, 7000).retryAfter).toBeUndefined();
  });

  it('tells people the reason and the message', () => {
    expect(status(403, { reason: 'Forbidden', message: 'cannot get' }).message).toBe('(Forbidden): cannot get');
  });
});
