import type { BallotSubject } from './ballot.ts';
import { type Form, formNumber, type Question } from './form.ts';

/** A condition of the board that its owner closes on a request. */
export interface ConditionMet {
  readonly act: 'condition';
  /** Its id; see `conditionId`. */
  readonly condition: string;
  /** What shows it. */
  readonly evidence: string;
}

/** The number of a condition, over the plan, its round, and who set what for whom. */
export function conditionNumber({ release, round, specDigest, textDigest }: BallotSubject, condition: string): string {
  return formNumber(['condition', release, String(round), specDigest, textDigest, condition]);
}

/** What the owner of a condition is asked. */
export function conditionQuestion(subject: BallotSubject, condition: string): Question<ConditionMet> {
  const form: Form = {
    act: 'condition',
    number: conditionNumber(subject, condition),
    boxes: new Map(),
    fields: [{ name: 'Evidence', often: 'any', offered: [NOT_GIVEN] }],
  };
  return {
    form,
    about: condition,
    read(filled) {
      const [evidence, ...more] = filled.all('Evidence');
      if (evidence === undefined || evidence === '') return 'it does not say what shows that the condition is met';
      if (more.length > 0) return 'it has two lines of evidence';
      return { act: 'condition', condition, evidence };
    },
  };
}

const NOT_GIVEN = '(a link, a ticket or a file)';
