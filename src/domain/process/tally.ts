/** How the board's votes stand. */
export interface Tally {
  readonly go: number;
  readonly noGo: number;
  readonly quorum: number;
  readonly decision: 'go' | 'no-go' | undefined;
}

/**
 * Counts the votes: one No-Go decides where the policy gives a veto; else a Go is decided by the quorum, and a No-Go as soon
 * as the quorum can no longer be reached.
 * @param votes the latest vote of each member
 * @param board how many members may vote
 */
export function tally(votes: readonly ('go' | 'no-go')[], board: number, quorum: number, veto: boolean): Tally {
  const go = votes.filter((vote) => vote === 'go').length;
  const noGo = votes.length - go;
  const decision =
    (veto && noGo > 0) || board - noGo < quorum ? ('no-go' as const) : go >= quorum ? ('go' as const) : undefined;
  return { go, noGo, quorum, decision };
}
