import type { Outcome } from '../domain/outcome.ts';
import { judgeMetric } from '../domain/success/judge.ts';
import { type JudgedMetric, sourceOf } from '../domain/success/metric.ts';
import type { EventData } from '../plan/events.ts';
import { choiceAnswer, readAnswer, textAnswer } from './answers.ts';
import type { Context } from './context.ts';
import type { Entry } from './journal.ts';
import { flushOutbox, recordAndTell } from './notify.ts';
import { openForCommand, type Release } from './release.ts';
import { attendedAnswer } from './review/attended.ts';
import { askDebts, readDebt } from './review/debts.ts';
import { reviewDocument } from './review-document.ts';
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
  await flushOutbox(context, release);
  const { journal } = release;
  // What people answer is checked before anything is recorded: a debt without an owner must leave no half of a review behind.
  const held = await askReview(context, release, answers);
  if (journal.state.success === undefined) {
    const given = await giveMissing(context, release, answers.values);
    await observeDays(context, release);
    const metrics = judgeAll(release, given);
    const days = journal.plan.spec.successMetrics.flatMap((one) => observedDays(journal.state.successDays, one.name));
    const raw = await keepRawValues(context, release, 'success-week.json', days);
    await journal.record('success.judged', { metrics: [...metrics], document: { ...raw } });
  }
  const document = await context.store.keep(
    id,
    'review.md',
    reviewDocument(release.facts(), journal.plan.events, { held, author: context.actor }),
  );
  const closed: Entry = ['review.closed', { ...held, document: { ...document } }];
  const occasion = `attempt ${journal.state.deployment?.attempt ?? 1}`;
  await recordAndTell(context, release, [closed], 'release.closed', occasion);
  const metrics = journal.state.success?.data.metrics ?? [];
  return {
    result: 'done',
    headline: `${journal.plan.metadata.feature} is closed`,
    blocks: [
      { kind: 'checks', checks: metrics.map(shownMetric) },
      {
        kind: 'facts',
        facts: [
          ['outcome', held.outcome],
          ['lessons', held.lessons.join('; ')],
          ...held.debts.map(
            (debt) => ['debt', `${debt.text} (${debt.owner}, due ${debt.due}, ${debt.ticket})`] as const,
          ),
          ['document', `releases/${id}/${document.file}`],
        ],
      },
    ],
    data: { release: id, phase: journal.state.phase, metrics, review: held, document },
    simulated: context.environments.simulated,
  };
}

/** Writes the document from the record as it stands, with the metrics as they would be judged now, for people to bring along. */
async function draft(context: Context, id: string, answers: ReviewAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'review --draft', undefined);
  await flushOutbox(context, release);
  const { journal } = release;
  await observeDays(context, release);
  const given = readValues(id, journal.plan.spec.successMetrics, answers.values);
  const metrics = journal.state.success?.data.metrics ?? judgeAll(release, given);
  const text = reviewDocument(release.facts(), journal.plan.events, { metrics, author: context.actor });
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

async function observeDays(context: Context, release: Release): Promise<void> {
  const days = await measureNewDays(context, release, new Map());
  if (days.length > 0) await release.journal.record('success.observed', { days: [...days] });
}

function judgeAll(release: Release, given: ReadonlyMap<string, number>): readonly JudgedMetric[] {
  const { plan, state } = release.journal;
  return plan.spec.successMetrics.map((metric) => {
    const value = given.get(metric.name);
    return judgeMetric(metric, {
      days: observedDays(state.successDays, metric.name),
      ...(value === undefined ? {} : { given: value }),
    });
  });
}

/** Values of the whole week that people give: by flags, and asked for where nothing was observed of a metric that is given by hand. */
async function giveMissing(
  context: Context,
  release: Release,
  flags: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { plan, state } = release.journal;
  const values = new Map(readValues(plan.id, plan.spec.successMetrics, flags));
  for (const metric of plan.spec.successMetrics) {
    const isByHand = sourceOf(metric).kind === 'hand';
    if (!isByHand || values.has(metric.name) || observedDays(state.successDays, metric.name).length > 0) continue;
    const question = {
      message: `What is ${metric.name} after the first week? (target ${metric.target})`,
      flag: `--value ${JSON.stringify(`${metric.name}=<number>`)}`,
    };
    values.set(metric.name, await readAnswer(context.prompter, question, (text) => readNumber(text, metric.name)));
  }
  return values;
}

async function askReview(
  context: Context,
  release: Release,
  answers: ReviewAnswers,
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
    message: 'How did the release end?',
    flag: '--outcome',
    choices: [
      { value: 'success', label: 'Success' },
      { value: 'partial', label: 'Partial' },
      { value: 'failure', label: 'Failure' },
    ],
  });
  const { sideEffects = [], classification } = answers;
  return {
    attended,
    lessons: [...lessons],
    debts,
    outcome,
    ...(sideEffects.length === 0 ? {} : { sideEffects: [...sideEffects] }),
    ...(classification === undefined ? {} : { classification: await classified(classification) }),
  };

  function classified(given: string): Promise<'right' | 'too-low' | 'too-high'> {
    return choiceAnswer(prompter, given, {
      message: `Was the risk ${plan.spec.risk.level}, as the plan said?`,
      flag: '--classification',
      choices: [
        { value: 'right', label: 'It was' },
        { value: 'too-low', label: 'It was more than that' },
        { value: 'too-high', label: 'It was less than that' },
      ],
    });
  }
}
