import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { FEWEST_VALUES } from '../domain/success/interval.ts';
import { judgeMetric } from '../domain/success/judge.ts';
import { type JudgedMetric, type ObservedDay, sourceOf } from '../domain/success/metric.ts';
import { contradiction, outcomeByFacts, sayOutcome } from '../domain/success/outcome.ts';
import type { EventData } from '../plan/events.ts';
import { command } from '../text/command-line.ts';
import { checkText, choiceAnswer, readAnswer, textAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import type { Entry } from './release/journal.ts';
import { flushOutbox, recordAndTell } from './release/notify.ts';
import { openForCommand, type Release } from './release/open.ts';
import { attendedAnswer, bothSides } from './review/attended.ts';
import { askDebts, readDebt } from './review/debts.ts';
import { reviewDocument } from './review/document.ts';
import { keepRawValues } from './success/evidence.ts';
import { measureNewDays, observedDays } from './success/measure.ts';
import { readNumber, readValues } from './success/values.ts';

/** What the flags may answer; the rest is asked. */
export interface ReviewAnswers {
  /** Write the document before the meeting and close nothing. */
  readonly draft?: boolean;
  /** Values of success metrics given by hand, as `name=value`. */
  readonly values: readonly string[];
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
  readonly exception?: string;
}

type Review = EventData<'review.closed'>;

/** The mandatory review: success metrics judged, lessons and technical debt written down; it closes the release. */
export async function review(context: Context, id: string, answers: ReviewAnswers): Promise<Outcome> {
  if (answers.draft === true) return draft(context, id, answers);
  const release = await openForCommand(context, id, 'review', answers.exception);
  checkGiven(release, answers);
  await flushOutbox(context, release);
  const { journal } = release;
  const before = journal.state.success?.data.metrics;
  const week = before === undefined ? await judgeWeek(context, release, answers.values) : undefined;
  const metrics = before ?? week?.metrics ?? [];
  const checks: Block = { kind: 'checks', checks: metrics.map(shownMetric) };
  if (metrics.length > 0) {
    await context.prompter.show([{ kind: 'heading', text: 'The success metrics, as they are judged' }, checks]);
  }
  // What people answer is checked before anything is recorded: a debt without an owner must leave no half of a review behind.
  const held = await askReview(context, release, answers, metrics);
  if (week !== undefined) {
    await recordDays(release, week.fresh);
    const days = journal.plan.spec.successMetrics.flatMap((one) => observedDays(journal.state.successDays, one.name));
    const raw = await keepRawValues(context, release, 'success-week.json', days);
    await journal.record('success.judged', { metrics: [...metrics], document: { ...raw } });
  }
  const document = await context.store.keep(
    id,
    'review.md',
    await context.documents.markdown(reviewDocument(release.facts(), journal.counted, { held, author: context.actor })),
  );
  const closed: Entry = ['review.closed', { ...held, document: { ...document } }];
  const occasion = `attempt ${journal.state.deployment?.attempt ?? 1}`;
  await recordAndTell(context, release, [closed], 'release.closed', occasion);
  return {
    result: 'done',
    headline: `${journal.plan.metadata.feature} is closed`,
    blocks: [
      checks,
      {
        kind: 'facts',
        facts: [
          ['outcome', sayOutcome(held, metrics)],
          ['lessons', held.lessons.join('; ')],
          ...held.debts.map(
            (debt) => ['debt', `${debt.text} (${debt.owner}, due ${debt.due}, ${debt.ticket})`] as const,
          ),
          ['document', `releases/${id}/${document.file}`],
        ],
      },
    ],
    data: { release: id, phase: journal.state.phase, metrics: [...metrics], review: held, document },
    simulated: context.environments.simulated,
  };
}

/** Writes the document from the record as it stands, with the metrics as they would be judged now, for people to bring along. */
async function draft(context: Context, id: string, answers: ReviewAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'review --draft', undefined);
  await flushOutbox(context, release);
  const { journal } = release;
  await recordDays(release, await measureNewDays(context, release, new Map()));
  const given = readValues(id, journal.plan.spec.successMetrics, answers.values);
  const metrics = journal.state.success?.data.metrics ?? judgeAll(release, given, []);
  const drawn = reviewDocument(release.facts(), journal.counted, { metrics, author: context.actor });
  const text = await context.documents.markdown(drawn);
  const document = await context.store.keep(id, 'review-draft.md', text);
  await journal.record('review.drafted', { document: { ...document } });
  return {
    result: 'done',
    headline: `the review of ${journal.plan.metadata.feature} is drafted`,
    blocks: [
      { kind: 'checks', checks: metrics.map(shownMetric) },
      { kind: 'facts', facts: [['document', `releases/${id}/${document.file}`]] },
    ],
    data: { release: id, phase: journal.state.phase, metrics: [...metrics], document },
    simulated: context.environments.simulated,
  };
}

function shownMetric(metric: JudgedMetric) {
  const state = metric.verdict === 'met' ? 'ok' : metric.verdict === 'inconclusive' ? 'warning' : 'failed';
  return { state, text: metric.name, detail: `${metric.verdict}: ${metric.detail}` } as const;
}

/** The week as it is judged, and what was measured for that; nothing of it is recorded. */
async function judgeWeek(
  context: Context,
  release: Release,
  values: readonly string[],
): Promise<{ readonly metrics: readonly JudgedMetric[]; readonly fresh: readonly ObservedDay[] }> {
  const { plan } = release.journal;
  // What a flag says is read first: a word that is no number needs no metrics store.
  const given = readValues(plan.id, plan.spec.successMetrics, values);
  const fresh = await measureNewDays(context, release, new Map());
  const all = await giveMissing(context, release, given, fresh);
  return { metrics: judgeAll(release, all, fresh), fresh };
}

async function recordDays({ journal }: Release, days: readonly ObservedDay[]): Promise<void> {
  if (days.length > 0) await journal.record('success.observed', { days: [...days] });
}

function daysOf({ journal }: Release, metric: string, fresh: readonly ObservedDay[]): readonly ObservedDay[] {
  return observedDays([...journal.state.successDays, { data: { days: [...fresh] } }], metric);
}

function judgeAll(
  release: Release,
  given: ReadonlyMap<string, number>,
  fresh: readonly ObservedDay[],
): readonly JudgedMetric[] {
  return release.journal.plan.spec.successMetrics.map((metric) => {
    const value = given.get(metric.name);
    return judgeMetric(metric, {
      days: daysOf(release, metric.name, fresh),
      ...(value === undefined ? {} : { given: value }),
    });
  });
}

/**
 * Values of the whole week that people give beside those of flags. A metric that is given by hand and was never observed needs
 * one; one with too few daily values to be judged is asked for where a person can answer, who may leave it at that.
 */
async function giveMissing(
  { prompter }: Pick<Context, 'prompter'>,
  release: Release,
  given: ReadonlyMap<string, number>,
  fresh: readonly ObservedDay[],
): Promise<ReadonlyMap<string, number>> {
  const values = new Map(given);
  for (const metric of release.journal.plan.spec.successMetrics) {
    if (values.has(metric.name)) continue;
    const days = daysOf(release, metric.name, fresh);
    const measured = days.filter((day) => day.value !== null).length;
    const isNeeded = sourceOf(metric).kind === 'hand' && days.length === 0;
    if (!isNeeded && (measured >= FEWEST_VALUES || !prompter.interactive)) continue;
    const few = `; there are ${measured} of ${FEWEST_VALUES} daily values; leave empty to keep it inconclusive`;
    const value = await readAnswer(
      prompter,
      {
        message: `What is ${metric.name} after the first week? (target ${metric.target}${isNeeded ? '' : few})`,
        flag: command`--value ${`${metric.name}=<number>`}`,
        ...(isNeeded ? {} : { default: '' }),
      },
      (text) => (!isNeeded && text.trim() === '' ? undefined : readNumber(text, metric.name)),
    );
    if (value !== undefined) values.set(metric.name, value);
  }
  return values;
}

/** What flags say is read before the first question: somebody who answers ten must not start again for an eleventh. */
function checkGiven({ journal }: Release, { attended, comment, lessons, debts }: ReviewAnswers): void {
  if (attended.length > 0) bothSides(journal.plan.spec.owners, attended);
  checkText(comment, '--comment');
  for (const lesson of lessons) checkText(lesson, '--lesson');
  for (const debt of debts) readDebt(debt);
}

async function askReview(
  context: Pick<Context, 'prompter'>,
  release: Release,
  answers: ReviewAnswers,
  metrics: readonly JudgedMetric[],
): Promise<Omit<Review, 'document'>> {
  const { prompter } = context;
  const { plan } = release.journal;
  const attended = await attendedAnswer(prompter, plan.spec.owners, answers.attended);
  const lessons =
    answers.lessons.length > 0
      ? answers.lessons
      : [await textAnswer(prompter, undefined, { message: 'What was learned?', flag: '--lesson' })];
  const debts = answers.debts.length > 0 || answers.noDebt ? answers.debts.map(readDebt) : await askDebts(prompter);
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
