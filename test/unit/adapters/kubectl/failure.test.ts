import { describe, expect, it } from 'vitest';
import { type FailureKind, mainMessage, readFailure } from '../../../../src/adapters/kubectl/failure.ts';

/** What kubectl 1.32, and 1.20 where it says something else, wrote to stderr, word for word, and what it means. */
const PROBED: readonly (readonly [stderr: string, kind: FailureKind])[] = [
  ['Error from server (NotFound): configmaps "none" not found\n', 'not-found'],
  ['error: error from server (NotFound): pods "nopod" not found in namespace "shop"\n', 'not-found'],
  ['Error from server (NotFound): the server could not find the requested resource\n', 'rejected'],
  ['Error from server (NotFound): error when creating "STDIN": namespaces "nonsuch" not found\n', 'rejected'],
  ['Error from server (AlreadyExists): configmaps "cm1" already exists\n', 'exists'],
  [
    'Error from server (Conflict): Operation cannot be fulfilled on configmaps "cm1": the object has been modified; please apply your changes to the latest version and try again\n',
    'conflict',
  ],
  [
    'Error from server (Conflict): Operation cannot be fulfilled on ConfigMap "cm1": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (326). The object might have been modified\n',
    'conflict',
  ],
  [
    'error: Operation cannot be fulfilled on configmaps "cmu": uid mismatch: the provided object specified uid f896b854, and no existing object was found\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n',
    'conflict',
  ],
  ['The ConfigMap "cm1" is invalid: metadata.uid: Invalid value: "f896": field is immutable\n', 'conflict'],
  [
    'The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 …\n',
    'rejected',
  ],
  ['Error from server: failed to create typed patch object: .dota: field not declared in schema\n', 'rejected'],
  [
    'Error from server (Forbidden): configmaps is forbidden: User "dev" cannot list resource "configmaps"\n',
    'rejected',
  ],
  ['error: You must be logged in to the server (Unauthorized)\n', 'no-access'],
  [
    'error: You must be logged in to the server (the server has asked for the client to provide credentials)\n',
    'no-access',
  ],
  ['error: unable to recognize "STDIN": Unauthorized\n', 'no-access'],
  ['error: context "nocontext" does not exist\n', 'no-access'],
  ['Error in configuration: context was not found for specified context: elsewhere\n', 'no-access'],
  ['error: cannot locate context elsewhere\n', 'no-access'],
  [
    'E1124 06:50:01.621682     589 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: Get \\"https://127.0.0.1:1/api?timeout=32s\\": dial tcp 127.0.0.1:1: connect: connection refused"\nThe connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n',
    'unsent',
  ],
  ['Unable to connect to the server: dial tcp 127.0.0.1:1: i/o timeout\n', 'unsent'],
  ['Unable to connect to the server: net/http: TLS handshake timeout\n', 'unsent'],
  ['Error from server (TooManyRequests): the server has received too many requests\n', 'throttled'],
  ['Error from server (Timeout): Timeout: request did not complete within requested timeout 34s\n', 'unknown'],
  ['Error from server (InternalError): an error on the server ("") has prevented the request\n', 'unknown'],
  ['Error from server: etcdserver: request timed out\n', 'unknown'],
  ['error: Post "https://127.0.0.1:6443/api/v1/namespaces/shop/configmaps": EOF\n', 'unknown'],
  [
    'error: Put "https://127.0.0.1:6443/api": read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer\n',
    'unknown',
  ],
];

describe('readFailure', () => {
  it.each(PROBED)('reads %j as %s', (stderr, kind) => {
    expect(readFailure(stderr).failure).toBe(kind);
  });

  it('takes an answer that it does not know for a final no', () => {
    expect(readFailure('error: something new\n').failure).toBe('rejected');
  });
});

describe('mainMessage', () => {
  it('leaves out log lines, warnings and advice', () => {
    const stderr = [
      'Warning: policy/v1beta1 is deprecated',
      'W1124 06:50:01.621682     589 warnings.go:70] something',
      'error: Operation cannot be fulfilled on configmaps "x": the object has been modified',
      'Please review the fields above--they currently have other managers. Here',
      '* If you intend to manage all of these fields, please re-run',
    ].join('\n');
    expect(mainMessage(stderr)).toBe('Operation cannot be fulfilled on configmaps "x": the object has been modified');
  });

  it('leaves out the piece of the document that a decoding error quotes', () => {
    const stderr =
      'Error from server (BadRequest): Secret in version "v1" cannot be handled: illegal base64 data at input byte 3, error found in #10 byte of ...|word":"hunter2"}|..., bigger context ...|"data":{"password":"hunter2"}|...';
    expect(mainMessage(stderr)).toContain('illegal base64 data');
    expect(mainMessage(stderr)).not.toContain('hunter2');
  });

  it('says something when kubectl said nothing', () => {
    expect(mainMessage('\n')).toBe('kubectl failed and did not say why');
  });
});
