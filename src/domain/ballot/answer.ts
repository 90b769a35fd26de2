import type { BallotVote } from './ballot.ts';
import type { ChosenBranches } from './branches.ts';
import type { ConditionMet } from './condition.ts';
import { type FormAct, HEADS, meantBy, numberIn, ownLines, type Question, readForm } from './form.ts';
import type { GivenReview } from './review.ts';
import type { GivenSignoff } from './signoff.ts';
import type { DayValues } from './success.ts';

/** What people are asked on a request, and what they answer there. */

/** What somebody answered. */
export type Answer = BallotVote | GivenSignoff | ConditionMet | DayValues | GivenReview | ChosenBranches;

/** What is asked on a request. */
export type Asked = Question<Answer>;

/** What a text says: nothing that is asked, something that is not clear, or an answer. */
export type ReadText =
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly act: FormAct; readonly number: string; readonly reason: string }
  | { readonly kind: 'answer'; readonly number: string; readonly answer: Answer };

/**
 * Reads a text as an answer to one of the questions. What means to be one and is not exactly that is unclear, and what is unclear approves
 * nothing; so is an answer to what was asked before: another round, another staging, another text of the plan.
 */
export function readAnswer(text: string, questions: readonly Asked[]): ReadText {
  const lines = ownLines(text);
  const act = meantBy(lines, [...new Set(questions.map(({ form }) => form.act))]);
  if (act === undefined) return withoutHead(lines, questions);
  const number = numberIn(lines, act);
  if (typeof number !== 'string') return { kind: 'unclear', act, number: '', reason: number.fault };
  const unclear = (reason: string): ReadText => ({ kind: 'unclear', act, number, reason });
  const question = questions.find(({ form }) => form.act === act && form.number === number);
  if (question === undefined) {
    return unclear(`its number ${number} is that of another ${OTHERS[act]}`);
  }
  const filled = readForm(lines, question.form);
  if (typeof filled === 'string') return unclear(filled);
  const answer = question.read(filled);
  return typeof answer === 'string' ? unclear(answer) : { kind: 'answer', number, answer };
}

/** What a form may be about that it is not about any more. */
const OTHERS: Readonly<Record<FormAct, string>> = {
  branches: 'choice: what can be chosen has changed since',
  cab: 'round or another text of the plan',
  condition: 'round or another text of the plan',
  qa: 'staging or another text of the plan',
  ops: 'staging or another text of the plan',
  success: 'day, another deployment or another text of the plan',
  review: 'deployment or another text of the plan',
};

/** Whoever copied the number meant to answer, whatever became of the words before it. */
function withoutHead(lines: readonly string[], questions: readonly Asked[]): ReadText {
  const found = questions.find(({ form }) => lines.some((line) => line.toLowerCase().includes(form.number)));
  if (found === undefined) return { kind: 'none' };
  const { act, number } = found.form;
  return { kind: 'unclear', act, number, reason: `its first line is not exactly "${HEADS[act]}: ${number}"` };
}

/** True for what somebody tells, and approves nothing by: it needs no review that approves, and who opened the request may tell it too. */
export function isTold(act: FormAct): boolean {
  return act === 'branches' || act === 'condition' || act === 'success' || act === 'review';
}

/** True where there are several forms of one kind at a time, each with an answer of its own. */
export function isOneOfMany(act: FormAct): boolean {
  return act === 'condition' || act === 'success';
}

/** What the review that an answer stands in has to say by itself: a Go approves the request, a No-Go does not, and what is told is neither. */
export function isYes(answer: Answer): boolean | undefined {
  return 'decision' in answer ? answer.decision === 'go' || answer.decision === 'pass' : undefined;
}

/** The decision as people write it. */
export function decisionWord(answer: Answer): string {
  return 'decision' in answer ? { go: 'Go', 'no-go': 'No-Go', pass: 'Pass', reject: 'Reject' }[answer.decision] : 'met';
}
