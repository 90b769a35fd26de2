import type { EventOf } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { BallotPaper } from '../../ports/forge.ts';
import { samePerson } from '../people/people.ts';
import type { Answer, Asked } from './answer.ts';
import type { CastAnswer } from './count.ts';

/** A Go or a Pass that stands, wherever it was given. */
export type StandingYes = EventOf<'cab.voted'> | EventOf<'signoff.recorded'>;

/**
 * Answers that are not known any more: their person had said yes, and the review that said so, or one of theirs behind it, was edited since. Most forges
 * let others edit too, and what stood there may have been a no. Each is a no until the person says otherwise: proof is needed to go forward, never
 * to object.
 * @param papers oldest first
 */
export function doubtedAnswers(
  papers: readonly BallotPaper[],
  standing: readonly StandingYes[],
  questions: readonly Asked[],
  people: ReadonlyMap<string, string>,
  policy: Pick<Policy, 'aliases'>,
): readonly CastAnswer[] {
  return standing.flatMap((yes) => {
    const question = questions.find(({ form }) => form.act === actOfYes(yes));
    const paper = papers.findLast((one, index) => {
      const person = people.get(one.login.toLowerCase());
      const isTheirs = one.voided === 'edited' && person !== undefined && samePerson(person, yes.actor, policy);
      return isTheirs && !standsBefore(papers, index, yes);
    });
    const person = paper === undefined ? undefined : people.get(paper.login.toLowerCase());
    if (question === undefined || paper === undefined || person === undefined) return [];
    return [{ paper, person, number: question.form.number, answer: noTo(yes, paper) }];
  });
}

function actOfYes(yes: StandingYes): 'cab' | 'qa' | 'ops' {
  return yes.type === 'cab.voted' ? 'cab' : yes.data.role;
}

/** What was edited before the yes was given was no answer then either. */
function standsBefore(papers: readonly BallotPaper[], index: number, yes: StandingYes): boolean {
  const given = papers.findIndex((one) => one.id === yes.data.authenticatedBy?.review);
  return given === -1 ? Date.parse(papers[index]?.at ?? '') < Date.parse(yes.at) : index < given;
}

const NOTHING_CONFIRMED = { operationalReadiness: false, securityReview: false, impactAssessment: false } as const;

function noTo(yes: StandingYes, { login }: BallotPaper): Answer {
  const comment = `What ${login} wrote was edited on the forge after a yes, and may have been a no: it counts as one until ${yes.actor} says otherwise.`;
  return yes.type === 'cab.voted'
    ? { act: 'cab', decision: 'no-go', ...NOTHING_CONFIRMED, conditions: [], comment }
    : { act: yes.data.role, decision: 'reject', confirmed: [], links: new Map(), comment };
}
