import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE_NAME, readLease, writeLease } from '../../../../src/domain/deployment/lease.ts';

const word = fc.stringMatching(/^[a-z0-9][a-z0-9.@-]{0,30}$/);
const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
const content = fc.record({
  holder: fc.option(
    fc.record({
      release: word,
      actor: word,
      run: fc.record({ host: word, pid: fc.integer({ min: 1, max: 4_194_304 }), token: word }),
      renewedAt: time,
    }),
    { nil: undefined },
  ),
  durationSeconds: fc.integer({ min: 5, max: 3600 }),
  transitions: fc.integer({ min: 0, max: 1e6 }),
});

describe('a Lease', () => {
  it('reads back as what was written, to the millisecond', () => {
    fc.assert(
      fc.property(content, time, (written, acquiredAt) => {
        expect(readLease(writeLease(written, acquiredAt))).toEqual(written);
      }),
    );
  });

  it('has the times that Kubernetes wants, with six decimals', () => {
    const holder = { release: 'r', actor: 'ada@example.com', run: { host: 'h', pid: 7, token: 't' }, renewedAt: 1 };
    const lease = writeLease({ holder, durationSeconds: 60, transitions: 3 }, 0);
    expect(lease).toMatchObject({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: LEASE_NAME },
      spec: { holderIdentity: 'ada@example.com 7 t', renewTime: '1970-01-01T00:00:00.001000Z', leaseTransitions: 3 },
    });
  });

  it('keeps its number when it is free, so that the next fence is higher', () => {
    const free = writeLease({ holder: undefined, durationSeconds: 60, transitions: 3 }, 0);
    expect(readLease(free)).toEqual({ holder: undefined, durationSeconds: 60, transitions: 3 });
  });

  it('of another tool reads as free', () => {
    const foreign = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: LEASE_NAME },
      spec: { holderIdentity: 'node-1' },
    };
    expect(readLease(foreign).holder).toBeUndefined();
    expect(readLease({ ...foreign, spec: undefined })).toEqual({
      holder: undefined,
      durationSeconds: 60,
      transitions: 0,
    });
  });
});
