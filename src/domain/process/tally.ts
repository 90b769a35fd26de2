import type { EventOf } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { seatOf } from '../people/delegates.ts';
import { personOf, quorumOf, votingBoard } from '../people/people.ts';

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

/** Who votes, and by which rules. */
interface Voting {
  readonly spec: Spec;
  readonly authors: readonly string[];
  readonly seatless: readonly string[];
  readonly policy: Policy;
}

/** What is counted of a vote. */
type CountedVote = Pick<EventOf<'cab.voted'>, 'actor' | 'data'>;

/**
 * Counts the votes of a board: of each seat the latest vote, each person once whatever their addresses, and only seats that the board has. A
 * board that is smaller than the policy asks for decides nothing.
 * @param votes in the order in which they were given
 * @param authors of the plan, who do not vote on it
 * @param seatless those of them who have no seat. Whom only a claim names as an author keeps it: their Go does not count, their No-Go does, and
 *   the quorum is that of the whole board
 */
export function boardTally(
  votes: readonly CountedVote[],
  { spec, authors, seatless, policy }: Voting,
): Tally & { readonly board: number } {
  const board = votingBoard(spec, seatless, policy);
  const independent = votingBoard(spec, authors, policy);
  const approvers = independent.map((one) => personOf(policy, one));
  const seats = board.map((one) => personOf(policy, one));
  const bySeat = new Map<string, { readonly person: string; readonly decision: 'go' | 'no-go' }>();
  for (const vote of votes) {
    const [seat, person] = [personOf(policy, seatOf(vote)), personOf(policy, vote.actor)];
    if (!seats.includes(seat) || (vote.data.decision === 'go' && !approvers.includes(seat))) continue;
    const elsewhere = [...bySeat].some(([other, one]) => other !== seat && one.person === person);
    if (!elsewhere) bySeat.set(seat, { person, decision: vote.data.decision });
  }
  const decisions = [...bySeat.values()].map((one) => one.decision);
  const counted = tally(decisions, board.length, quorumOf(board, policy), policy.cab.veto);
  const isTooSmall = independent.length < policy.cab.minimumMembers;
  return { ...counted, ...(isTooSmall ? { decision: undefined } : {}), board: board.length };
}

/**
 * What the votes of a round decide now. A Go that lost its quorum, because somebody took theirs back, is a No-Go.
 * @param before what the round had decided until then
 */
export function decisionNow({ decision }: Tally, before: 'go' | 'no-go' | undefined): Tally['decision'] {
  return decision === undefined && before === 'go' ? 'no-go' : decision;
}
