import type { BallotPaper } from '../../ports/forge.ts';
import { type BallotSubject, type BallotVote, readBallot } from './ballot.ts';

/** A vote on a request that may be recorded. */
export interface CastVote {
  readonly paper: BallotPaper;
  /** The person behind the login. */
  readonly person: string;
  readonly vote: BallotVote;
}

/** A text on a request that is no vote although it means to be one. */
export interface RefusedPaper {
  readonly paper: BallotPaper;
  readonly reason: string;
}

/** What a request holds. */
export interface CountedPapers {
  readonly votes: readonly CastVote[];
  readonly refused: readonly RefusedPaper[];
}

/**
 * Reads all texts of a request. Of each person the last one that means to be a vote decides: where that is unclear, void or contradicts the
 * review that it stands in, the person has no vote, whatever they wrote before.
 * @param people person by login, in lower case
 * @param opener who opened the request: nobody votes on what they propose
 */
export function countPapers(
  papers: readonly BallotPaper[],
  subject: BallotSubject,
  people: ReadonlyMap<string, string>,
  opener: string,
): CountedPapers {
  const last = new Map<string, CastVote | RefusedPaper>();
  const refused: RefusedPaper[] = [];
  for (const paper of papers) {
    const read = readBallot(paper.text, subject);
    if (read.kind === 'none') continue;
    const login = paper.login.toLowerCase();
    const person = people.get(login);
    if (person === undefined) {
      refused.push({ paper, reason: `nobody is known by the login ${paper.login}` });
      continue;
    }
    if (login === opener.toLowerCase()) {
      last.set(person, { paper, reason: `${paper.login} opened the request, and nobody votes on what they propose` });
      continue;
    }
    const reason = read.kind === 'unclear' ? read.reason : objection(paper, read.vote);
    last.set(
      person,
      reason === undefined && read.kind === 'vote'
        ? { paper, person, vote: read.vote }
        : { paper, reason: reason ?? 'it is unclear' },
    );
  }
  const ends = [...last.values()];
  return {
    votes: ends.filter((one): one is CastVote => 'vote' in one),
    refused: [...refused, ...ends.filter((one): one is RefusedPaper => 'reason' in one)],
  };
}

/** What the forge says against a text that reads as a vote. */
function objection({ stance, voided, commit }: BallotPaper, { decision }: BallotVote): string | undefined {
  if (voided === 'edited') return 'it was edited after it was written; a vote is written anew';
  if (voided === 'dismissed') return 'the review was dismissed';
  if (decision === 'go' && stance !== 'approves') return 'it says Go, and the review does not approve';
  if (decision === 'no-go' && stance === 'approves') return 'it says No-Go, and the review approves';
  return commit === undefined ? 'the forge does not say which commit was reviewed' : undefined;
}
