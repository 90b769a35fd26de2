import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tally } from '../../../../src/domain/process/tally.ts';

const vote = fc.constantFrom('go' as const, 'no-go' as const);
const round = fc
  .record({ board: fc.integer({ min: 1, max: 15 }), votes: fc.array(vote, { maxLength: 15 }), veto: fc.boolean() })
  .filter(({ board, votes }) => votes.length <= board)
  .chain((one) => fc.record({ ...constants(one), quorum: fc.integer({ min: 1, max: one.board }) }));

function constants<T extends object>(values: T) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}

describe('the votes of the board', () => {
  it('decide Go exactly with a quorum of Go, and with a veto only when nobody is against', () => {
    fc.assert(
      fc.property(round, ({ votes, board, quorum, veto }) => {
        const { go, noGo, decision } = tally(votes, board, quorum, veto);
        expect(go + noGo).toBe(votes.length);
        expect(decision === 'go').toBe(go >= quorum && !(veto && noGo > 0));
      }),
    );
  });

  it('decide No-Go exactly where a Go can no longer come', () => {
    fc.assert(
      fc.property(round, ({ votes, board, quorum, veto }) => {
        const left = board - votes.length;
        const best = tally([...votes, ...Array.from({ length: left }, () => 'go' as const)], board, quorum, veto);
        expect(tally(votes, board, quorum, veto).decision === 'no-go').toBe(best.decision === 'no-go');
      }),
    );
  });

  it('never turn a decision around by a vote of the same side', () => {
    fc.assert(
      fc.property(round, vote, ({ votes, board, quorum, veto }, more) => {
        fc.pre(votes.length < board);
        const before = tally(votes, board, quorum, veto).decision;
        fc.pre(before === more);
        expect(tally([...votes, more], board, quorum, veto).decision).toBe(before);
      }),
    );
  });

  it('decide nothing while nobody has voted and a Go is possible', () => {
    expect(tally([], 3, 2, true).decision).toBeUndefined();
    expect(tally([], 1, 2, false).decision).toBe('no-go');
  });
});
