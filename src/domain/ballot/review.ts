import type { Spec } from '../../plan/spec.ts';
import type { SuccessMetric } from '../success/metric.ts';
import type { ReviewOutcome } from '../success/outcome.ts';
import { type Field, type Filled, type Form, formNumber, type Question } from './form.ts';
import type { DeployedSubject } from './success.ts';
import { readValueLines, valueField } from './values.ts';

/** What the post-release review came to, on a request. */

/** A review that was read; debts are as people write them, and looked at where they are recorded. */
export interface GivenReview {
  readonly act: 'review';
  readonly outcome: ReviewOutcome;
  readonly attended: readonly string[];
  readonly lessons: readonly string[];
  /** Each as `text; owner; due date; ticket`. */
  readonly debts: readonly string[];
  readonly sideEffects: readonly string[];
  readonly classification?: 'right' | 'too-low' | 'too-high';
  /** Values of the whole week, by the name of the metric. */
  readonly values: ReadonlyMap<string, number>;
  readonly comment: string;
}

const OUTCOMES = ['Success', 'Partial', 'Failure'] as const;
const RISKS = { right: 'right', 'too low': 'too-low', 'too high': 'too-high' } as const;
const NO_DEBT = 'no debt';

/** The number of a review, over the plan and the deployment that it is about. */
export function reviewNumber({ release, attempt, specDigest, textDigest }: DeployedSubject): string {
  return formNumber(['review', release, String(attempt), specDigest, textDigest]);
}

/**
 * What is asked of who held the review.
 * @param unmeasured metrics that people tell and of which nothing was recorded in the week
 */
export function reviewQuestion(
  subject: DeployedSubject,
  { owners, successMetrics, risk }: Spec,
  unmeasured: readonly SuccessMetric[],
): Question<GivenReview> {
  const present = new Map([
    [`product ${owners.productManager}`, owners.productManager],
    [`rd ${owners.rdLead}`, owners.rdLead],
  ]);
  const [product = '', rd = ''] = present.keys();
  const form: Form = {
    act: 'review',
    number: reviewNumber(subject),
    boxes: new Map([
      [product, `Attended for Product: ${owners.productManager}`],
      [rd, `Attended for R&D: ${owners.rdLead}`],
      [NO_DEBT, 'No technical debt was created'],
    ]),
    fields: [
      { name: 'Outcome', often: 'once', choices: OUTCOMES },
      offering('Lesson', '(what was learned; a line for each)'),
      offering('Debt', '(what; owner@example.com; 2027-02-01; ticket)'),
      offering('Attended', '(the address of somebody else who was there)'),
      offering('Side effect', '(what happened beside what was intended)'),
      offering('Risk', `(was it ${risk.level}, as the plan said: ${Object.keys(RISKS).join(' or ')})`),
      valueField(unmeasured),
    ],
  };
  return {
    form,
    read(filled) {
      const values = readValueLines(filled.all('Value'), successMetrics);
      if (typeof values === 'string') return values;
      const fault = faultOf(form, filled);
      if (fault !== undefined) return fault;
      const [risked] = filled.all('Risk');
      const classification = risked === undefined ? undefined : riskOf(risked);
      if (risked !== undefined && classification === undefined) {
        return `its risk is "${risked}", none of ${Object.keys(RISKS).join(', ')}`;
      }
      return {
        act: 'review',
        outcome: filled.one('Outcome').toLowerCase() as ReviewOutcome,
        attended: [
          ...[...present].filter(([key]) => filled.boxes.get(key) === true).map(([, person]) => person),
          ...filled.all('Attended'),
        ],
        lessons: filled.all('Lesson'),
        debts: filled.all('Debt'),
        sideEffects: filled.all('Side effect'),
        ...(classification === undefined ? {} : { classification }),
        values,
        comment: filled.comment,
      };
    },
  };
}

function offering(name: string, offered: string): Field {
  return { name, often: 'any', offered: [offered] };
}

/** What is missing or contradicts itself; both sides of the meeting, and each debt, are looked at where the review is recorded. */
function faultOf(form: Form, filled: Filled): string | undefined {
  const { fields } = form;
  const blank = fields.find(({ name, often }) => often === 'any' && filled.all(name).includes(''));
  if (blank !== undefined) return `there is an empty line "${blank.name}:"; take it out, or fill it in`;
  if (filled.all('Lesson').length === 0) return 'it says no lesson';
  if (filled.all('Risk').length > 1) return 'the line "Risk:" stands there twice';
  const says = filled.boxes.get(NO_DEBT) === true;
  const debts = filled.all('Debt').length;
  if (says && debts > 0) return 'it says that no technical debt was created, and names some';
  return debts === 0 && !says
    ? `it names no technical debt; then confirm the box "${form.boxes.get(NO_DEBT)}"`
    : undefined;
}

function riskOf(written: string): GivenReview['classification'] {
  const found = Object.entries(RISKS).find(([name]) => name === written.replaceAll(/\s+/g, ' ').toLowerCase());
  return found?.[1];
}
