import { describe, expect, it } from 'vitest';
import { type Asked, readAnswer } from '../../../../src/domain/ballot/answer.ts';
import { countPapers } from '../../../../src/domain/ballot/count.ts';
import { emptyForm } from '../../../../src/domain/ballot/form.ts';
import { reviewNumber, reviewQuestion } from '../../../../src/domain/ballot/review.ts';
import { type DeployedSubject, successNumber, successQuestion } from '../../../../src/domain/ballot/success.ts';
import type { SuccessMetric } from '../../../../src/domain/success/metric.ts';
import type { BallotPaper } from '../../../../src/ports/forge.ts';
import { PEOPLE, samplePlan } from '../../../support/sample-plan.ts';

const SUBJECT: DeployedSubject = {
  release: '2026-12-wallet',
  specDigest: 'a'.repeat(64),
  textDigest: 'b'.repeat(64),
  attempt: 1,
};
const owner = PEOPLE.productManager;
const TOLD: SuccessMetric = { name: 'orders; by wallet', direction: 'up', target: 5, owner, source: { kind: 'hand' } };
const MEASURED: SuccessMetric = { name: 'errors', direction: 'down', target: 1, owner, query: 'errors' };
const DAY = successQuestion(SUBJECT, '2026-12-05', [TOLD, MEASURED]);
const { spec } = samplePlan();
const REVIEW = reviewQuestion(SUBJECT, { ...spec, successMetrics: [TOLD, MEASURED] }, [TOLD]);
const text = ({ form }: Asked) => emptyForm(form).join('\n');
const read = (written: string, ...questions: readonly Asked[]) => readAnswer(written, questions);

describe('values of a day as a text', () => {
  it('has a line for each metric that only people can tell', () => {
    expect(emptyForm(DAY.form)).toEqual([
      `Success values: ${DAY.form.number}`,
      'Value: orders; by wallet; (number)',
      'Comment:',
    ]);
  });

  it('is what stands behind the last semicolon; a measured metric can be corrected', () => {
    const given = text(DAY).replace('(number)', '6.5').replace('Comment:', 'Value: ERRORS; 0\nComment:');
    const answer = read(given, DAY);
    expect(answer).toMatchObject({
      kind: 'answer',
      number: DAY.form.number,
      answer: { act: 'success', day: '2026-12-05' },
    });
    expect(answer.kind === 'answer' && answer.answer.act === 'success' && [...answer.answer.values]).toEqual([
      ['orders; by wallet', 6.5],
      ['errors', 0],
    ]);
  });

  it.each([
    ['that nobody filled in', text(DAY), /gives no value/],
    ['that are words', text(DAY).replace('(number)', 'good'), /no number: "good"/],
    ['with a comma', text(DAY).replace('(number)', '6,5'), /no number/],
    ['with a unit', text(DAY).replace('(number)', '6.5 %'), /no number/],
    ['that are endless', text(DAY).replace('(number)', 'Infinity'), /no number/],
    ['of no metric', text(DAY).replace('wallet', 'walet'), /no success metric/],
    ['twice', `${text(DAY).replace('(number)', '1').replace('Comment:', '')}Value: orders; by wallet; 2`, /two values/],
    ['of another day', text(successQuestion(SUBJECT, '2026-12-06', [TOLD])).replace('(number)', '1'), /another day/],
    ['after a comment', `${text(DAY)}\nValue: errors; 1`, /comment comes last/],
    [
      'beside other lines',
      `${text(DAY).replace('(number)', '1')}`.replace('Comment:', 'Value 3\nComment:'),
      /none of the form/,
    ],
  ])('%s are not recorded', (_, written, reason) => {
    expect(read(written, DAY)).toMatchObject({ kind: 'unclear', reason: expect.stringMatching(reason) });
  });

  it('are numbered by the day, the deployment and the plan', () => {
    const others = [
      successNumber(SUBJECT, '2026-12-06'),
      successNumber({ ...SUBJECT, attempt: 2 }, '2026-12-05'),
      successNumber({ ...SUBJECT, specDigest: 'c'.repeat(64) }, '2026-12-05'),
      successNumber({ ...SUBJECT, textDigest: 'c'.repeat(64) }, '2026-12-05'),
      reviewNumber(SUBJECT),
    ];
    expect(new Set([DAY.form.number, ...others]).size).toBe(6);
  });
});

const held = (change: (written: string) => string = (written) => written) =>
  change(
    text(REVIEW)
      .replaceAll('[ ] Attended', '[x] Attended')
      .replace('[ ] No technical', '[x] No technical')
      .replace('(Success or Partial or Failure)', 'partial')
      .replace('(what was learned; a line for each)', 'Alert on the provider')
      .replace('(number)', '6.5')
      .replace(/Comment:$/, 'Comment: the provider was slow'),
  );

describe('a review as a text', () => {
  it('is who was there, what was learned, what is owed and how it ended; lines that nobody filled in say nothing', () => {
    expect(read(held(), REVIEW)).toMatchObject({
      kind: 'answer',
      answer: {
        act: 'review',
        outcome: 'partial',
        attended: [PEOPLE.productManager, PEOPLE.rdLead],
        lessons: ['Alert on the provider'],
        debts: [],
        sideEffects: [],
        values: new Map([['orders; by wallet', 6.5]]),
        comment: 'the provider was slow',
      },
    });
  });

  it('names debts, side effects, others who were there and the risk in hindsight', () => {
    const debt = `Remove the old form; ${PEOPLE.rdLead}; 2027-02-01; SHOP-812`;
    const full = held((written) =>
      written
        .replace('[x] No technical', '[ ] No technical')
        .replace(/^Debt: .*$/m, `Debt: ${debt}\nDebt: ${debt}`)
        .replace(/^Attended: .*$/m, 'Attended: olga@example.com')
        .replace(/^Side effect: .*$/m, 'Side effect: mails came late')
        .replace(/^Risk: .*$/m, 'Risk: Too  low'),
    );
    expect(read(full, REVIEW)).toMatchObject({
      answer: {
        debts: [debt, debt],
        attended: [PEOPLE.productManager, PEOPLE.rdLead, 'olga@example.com'],
        sideEffects: ['mails came late'],
        classification: 'too-low',
      },
    });
  });

  it.each<[string, (written: string) => string, RegExp]>([
    ['without an outcome', (one) => one.replace('Outcome: partial', 'Outcome:'), /its outcome is ""/],
    ['with an outcome that is none', (one) => one.replace('partial', 'partly'), /none of Success, Partial, Failure/],
    ['without a lesson', (one) => one.replace(/^Lesson: .*\n/m, ''), /no lesson/],
    ['with an empty lesson', (one) => one.replace(/^Lesson: .*$/m, 'Lesson:'), /empty line "Lesson:"/],
    [
      'that says nothing of debt',
      (one) => one.replace('[x] No technical', '[ ] No technical'),
      /names no technical debt/,
    ],
    [
      'that says both of debt',
      (one) => one.replace(/^Debt: .*$/m, 'Debt: x; a@example.com; 2027-01-01; T-1'),
      /and names some/,
    ],
    ['with a risk that is none', (one) => one.replace(/^Risk: .*$/m, 'Risk: high'), /its risk is "high"/],
    ['with two risks', (one) => one.replace(/^Risk: .*$/m, 'Risk: right\nRisk: right'), /twice/],
    ['without a box', (one) => one.replace(/^- .*R&D.*\n/m, ''), /is missing/],
    ['with a line of its own', (one) => one.replace('Outcome:', 'we met on Tuesday\nOutcome:'), /none of the form/],
  ])('%s is not recorded', (_, change, reason) => {
    expect(read(held(change), REVIEW)).toMatchObject({ kind: 'unclear', reason: expect.stringMatching(reason) });
  });
});

describe('what is told on a request', () => {
  const paper = (login: string, id: string, written: string): BallotPaper => ({
    ...{ id, login, text: written, url: `https://x/${id}`, at: '2026-12-06T10:00:00Z', commit: 'c'.repeat(40) },
    ...{ stance: 'comments', voided: undefined },
  });
  const people = new Map([
    ['priya', PEOPLE.productManager],
    ['ravi', PEOPLE.rdLead],
  ]);
  const other = successQuestion(SUBJECT, '2026-12-06', [TOLD]);

  it('needs no review that approves, and may come from who opened the request; each day has a last word of its own', () => {
    const { answers, refused } = countPapers(
      [
        paper('ravi', '1', text(DAY).replace('(number)', '1')),
        paper('priya', '2', text(other).replace('(number)', '2')),
        paper('priya', '3', text(DAY).replace('(number)', 'three')),
        paper('priya', '4', text(DAY).replace('(number)', '4')),
        paper('ravi', '5', text(DAY).replace('(number)', '5')),
      ],
      [DAY, other, REVIEW],
      people,
      'ravi',
      { aliases: {} },
    );
    // As they were written, so that of two people the later word stands.
    expect(answers.map((one) => one.paper.id)).toEqual(['2', '4', '5']);
    expect(refused).toEqual([]);
  });
});
