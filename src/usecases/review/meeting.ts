import type { JudgedMetric } from '../../domain/success/metric.ts';
import { contradiction, outcomeByFacts } from '../../domain/success/outcome.ts';
import type { EventData } from '../../plan/events.ts';
import { checkText, choiceAnswer, textAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { attendedAnswer, bothSides } from './attended.ts';
import { askDebts, givenDebts } from './debts.ts';

/** What is said of the meeting beforehand; the rest is asked. */
export interface MeetingAnswers {
  readonly attended: readonly string[];
  readonly lessons: readonly string[];
  /** Each as `text; owner; due date; ticket`. */
  readonly debts: readonly string[];
  readonly noDebt: boolean;
  readonly outcome?: string;
  /** Why the outcome is another than the metrics say. */
  readonly comment?: string;
  /** What happened beside what was intended. */
  readonly sideEffects?: readonly string[];
  /** Whether the risk was what the plan said it was. */
  readonly classification?: string;
}

/** What the meeting came to. */
export type Meeting = Omit<EventData<'review.closed'>, 'document' | 'authenticatedBy' | 'signature'>;

/** What flags say is read before the first question: somebody who answers ten must not start again for an eleventh. */
export function checkMeeting({ journal }: Release, { attended, comment, lessons, debts }: MeetingAnswers): void {
  if (attended.length > 0) bothSides(journal.plan.spec.owners, attended);
  checkText(comment, '--comment');
  for (const lesson of lessons) checkText(lesson, '--lesson');
  givenDebts(debts);
}

/** What the meeting came to, as it was said or is answered. Errors: `review.incomplete`, `usage.*`. */
export async function askMeeting(
  context: Pick<Context, 'prompter'>,
  release: Release,
  answers: MeetingAnswers,
  metrics: readonly JudgedMetric[],
): Promise<Meeting> {
  const { prompter } = context;
  const { plan } = release.journal;
  const attended = await attendedAnswer(prompter, plan.spec.owners, answers.attended);
  const lessons =
    answers.lessons.length > 0
      ? answers.lessons
      : [await textAnswer(prompter, undefined, { message: 'What was learned?', flag: '--lesson' })];
  const debts = answers.debts.length > 0 || answers.noDebt ? givenDebts(answers.debts) : await askDebts(prompter);
  const outcome = await choiceAnswer(prompter, answers.outcome, {
    message: 'What was the outcome of the release?',
    flag: '--outcome',
    default: outcomeByFacts(metrics),
    choices: [
      { value: 'success', label: 'Success' },
      { value: 'partial', label: 'Partial' },
      { value: 'failure', label: 'Failure' },
    ],
  });
  const against = contradiction(outcome, metrics);
  const comment =
    against === undefined && answers.comment === undefined
      ? undefined
      : await textAnswer(prompter, answers.comment, { message: `Why ${against}?`, flag: '--comment "<reason>"' });
  const { sideEffects = [], classification } = answers;
  return {
    attended,
    lessons: [...lessons],
    debts,
    outcome,
    ...(comment === undefined ? {} : { comment }),
    ...(sideEffects.length === 0 ? {} : { sideEffects: [...sideEffects] }),
    ...(classification === undefined ? {} : { classification: await classified(classification) }),
  };

  function classified(given: string): Promise<'right' | 'too-low' | 'too-high'> {
    return choiceAnswer(prompter, given, {
      message: `Was the risk ${plan.spec.risk.level}, as the plan said?`,
      flag: '--classification',
      choices: [
        { value: 'right', label: 'Yes' },
        { value: 'too-low', label: 'No, it was higher' },
        { value: 'too-high', label: 'No, it was lower' },
      ],
    });
  }
}
