import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestSnapshot, snapshotParts } from '../../../../src/domain/deployment/kept-snapshot.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(700_001)));

describe('a snapshot kept in the cluster', () => {
  it('is read back whole from its parts, in any order, and the latest attempt counts', () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        const parts = [
          ...snapshotParts('r', { attempt: 2, text: second }),
          ...snapshotParts('r', { attempt: 1, text: first }),
        ];
        expect(latestSnapshot('r', parts.reverse())).toEqual({ attempt: 2, text: second });
      }),
      { numRuns: 30 },
    );
  });

  it('counts only when every part is what was kept', () => {
    const parts = snapshotParts('r', { attempt: 1, text: 'y'.repeat(300_001) });
    expect(parts).toHaveLength(2);
    expect(latestSnapshot('r', parts.slice(1))).toBeUndefined();
    expect(latestSnapshot('r', parts.slice(0, 1))).toBeUndefined();
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('two parts were expected');
    expect(latestSnapshot('r', [first, { ...second, data: { part: 'z' } }])).toBeUndefined();
    expect(latestSnapshot('other', parts)).toBeUndefined();
  });

  it('survives the way to the API server, which takes no half of a character', () => {
    const long = `${'y'.repeat(299_999)}\u{1f600}${'y'.repeat(299_999)}\u{1f600}z`;
    const sent = snapshotParts('r', { attempt: 1, text: long }).map((part) =>
      JSON.parse(Buffer.from(JSON.stringify(part)).toString()),
    );
    const stored = sent.map((one) => ({ ...one, data: { part: Buffer.from(one.data.part).toString() } }));
    expect(latestSnapshot('r', stored)).toEqual({ attempt: 1, text: long });
  });

  it('is never that of an earlier attempt, where not all of the latest is there', () => {
    const earlier = snapshotParts('r', { attempt: 1, text: 'before the first' });
    const latest = snapshotParts('r', { attempt: 2, text: 'y'.repeat(300_001) });
    expect(latestSnapshot('r', [...earlier, ...latest.slice(0, 1)])).toBeUndefined();
    expect(latestSnapshot('r', [...earlier, ...latest.slice(1)])).toBeUndefined();
  });
});
