import type { Policy } from '../../plan/policy.ts';
import type { BallotPaper } from '../../ports/forge.ts';
import { personOf, samePerson } from '../people/people.ts';
import { type Answer, type Asked, decisionWord, isOneOfMany, isTold, isYes, readAnswer } from './answer.ts';

/** An answer on a request that may be recorded. */
export interface CastAnswer {
  readonly paper: BallotPaper;
  /** The person behind the login. */
  readonly person: string;
  /** Number of the form that was filled in. */
  readonly number: string;
  readonly answer: Answer;
}

/** A text on a request that is no answer although it means to be one. */
export interface RefusedPaper {
  readonly paper: BallotPaper;
  readonly reason: string;
}

/** What a request holds. */
export interface CountedPapers {
  readonly answers: readonly CastAnswer[];
  readonly refused: readonly RefusedPaper[];
}

/**
 * Reads all texts of a request. To each question the last one of a person that means to answer it decides: where that is unclear, void or
 * contradicts the review that it stands in, the person has not answered, whatever they wrote before. What was edited takes the place of every
 * answer before it, since nobody knows which it was.
 * @param people person by login, in lower case
 * @param opener login of who opened the request, where a paper does not say: nobody approves what they propose, under another login neither
 * @param policy whose other addresses are whose
 */
export function countPapers(
  papers: readonly BallotPaper[],
  questions: readonly Asked[],
  people: ReadonlyMap<string, string>,
  opener: string,
  policy: Pick<Policy, 'aliases'>,
): CountedPapers {
  const last = new Map<string, CastAnswer | RefusedPaper>();
  const refused: RefusedPaper[] = [];
  for (const paper of papers) {
    const read = readAnswer(paper.text, questions);
    const login = paper.login.toLowerCase();
    const person = people.get(login);
    const own = person === undefined ? undefined : `${personOf(policy, person)} `;
    // On most forges others may edit it too: a No-Go that was made to say nothing must not leave the Go before it.
    if (paper.voided === 'edited' && own !== undefined) {
      const edited: RefusedPaper = { paper, reason: EDITED };
      for (const question of last.keys()) if (question.startsWith(own)) last.set(question, edited);
    }
    if (read.kind === 'none') continue;
    if (person === undefined || own === undefined) {
      refused.push({ paper, reason: `nobody is known by the login ${paper.login}` });
      continue;
    }
    const act = read.kind === 'answer' ? read.answer.act : read.act;
    const question = `${own}${[act, ...(isOneOfMany(act) ? [read.number] : [])].join(' ')}`;
    const openedBy = (paper.opener ?? opener).toLowerCase();
    const proposer = people.get(openedBy);
    const isOpener = login === openedBy || (proposer !== undefined && samePerson(proposer, person, policy));
    const isOwn = isOpener && !isTold(act);
    const reason = isOwn
      ? `${paper.login} opened the request, and nobody approves what they propose`
      : read.kind === 'unclear'
        ? read.reason
        : objection(paper, read.answer);
    last.set(
      question,
      reason === undefined && read.kind === 'answer'
        ? { paper, person, number: read.number, answer: read.answer }
        : { paper, reason: reason ?? 'it is unclear' },
    );
  }
  // In the order in which they were written: of what two people tell of the same, the later one stands.
  const ends = [...new Set(last.values())].sort((a, b) => papers.indexOf(a.paper) - papers.indexOf(b.paper));
  return {
    answers: ends.filter((one): one is CastAnswer => 'answer' in one),
    refused: [...refused, ...ends.filter((one): one is RefusedPaper => 'reason' in one)],
  };
}

const EDITED = 'it was edited after it was written; an answer is written anew';

/** What the forge says against a text that reads as an answer. */
function objection({ stance, voided, commit }: BallotPaper, answer: Answer): string | undefined {
  if (voided === 'edited') return EDITED;
  const yes = isYes(answer);
  // Whoever may write may dismiss it. A yes needs its review; a no stays said until the person says otherwise.
  if (voided === 'dismissed' && yes !== false) return 'the review was dismissed';
  if (yes === true && stance !== 'approves') return `it says ${decisionWord(answer)}, and the review does not approve`;
  if (yes === false && stance === 'approves') return `it says ${decisionWord(answer)}, and the review approves`;
  return commit === undefined ? 'the forge does not say which commit was reviewed' : undefined;
}
