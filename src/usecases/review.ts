import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isAmong, nameList } from '../domain/people.ts';
import { type JudgedMetric, judgeMetric, type SuccessMetric } from '../domain/success/metric.ts';
import type { EventData } from '../plan/events.ts';
import { choiceAnswer, textAnswer } from './answers.ts';
import type { Context } from './context.ts';
import { flushOutbox, notify } from './notify.ts';
import { openForCommand, type Release } from './release.ts';
import { reviewDocument } from './review-document.ts';

/** What the flags may answer; the rest is asked. */
export interface ReviewAnswers {
  /** Values of success metrics given by hand, as `name=value`. */
  readonly values: readonly string[];
  readonly attended: readonly string[];
  readonly lessons: readonly string[];
  /** Each as `text; owner; due date; ticket`. */
  readonly debts: readonly string[];
  readonly noDebt: boolean;
  readonly outcome?: string;
  readonly exception?: string;
}

type Review = EventData<'review.closed'>;

/** The mandatory review: success metrics judged, lessons and technical debt written down; it closes the release. */
export async function review(context: Context, id: string, answers: ReviewAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'review', answers.exception);
  await flushOutbox(context, release);
  const { journal } = release;
  if (journal.state.success === undefined) {
    const metrics = await judgeAll(context, release, answers.values);
    await journal.record('success.judged', { metrics: [...metrics] });
  }
  const held = await askReview(context, release, answers);
  const facts = release.facts();
  const document = await context.store.keep(
    id,
    'review.md',
    reviewDocument(facts, journal.plan.events, held, context.actor),
  );
  await journal.record('review.closed', { ...held, document: { ...document } });
  await notify(context, release, 'release.closed', `attempt ${journal.state.deployment?.attempt ?? 1}`);
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

function shownMetric(metric: JudgedMetric) {
  const state = metric.verdict === 'met' ? 'ok' : metric.verdict === 'inconclusive' ? 'warning' : 'failed';
  return { state, text: metric.name, detail: `${metric.verdict}: ${metric.detail}` } as const;
}

async function judgeAll(
  context: Context,
  release: Release,
  given: readonly string[],
): Promise<readonly JudgedMetric[]> {
  const { plan } = release.journal;
  const values = readValues(plan.id, plan.spec.successMetrics, given);
  const judged: JudgedMetric[] = [];
  for (const metric of plan.spec.successMetrics) judged.push(await judgeOne(context, metric, values.get(metric.name)));
  return judged;
}

async function judgeOne(context: Context, metric: SuccessMetric, given: number | undefined): Promise<JudgedMetric> {
  if (given !== undefined) return judgeMetric(metric, given);
  if (metric.query !== undefined) {
    const reading = await context.environments.metrics('production').scalar(metric.query, context.clock.now());
    return reading.ok
      ? judgeMetric(metric, reading.value)
      : judgeMetric(metric, undefined, `no data: ${reading.noData.detail}`);
  }
  const answer = await textAnswer(context.prompter, undefined, {
    message: `What is ${metric.name} after the first week? (target ${metric.target})`,
    flag: `--value ${JSON.stringify(`${metric.name}=<number>`)}`,
  });
  return judgeMetric(metric, readNumber(answer, metric.name));
}

function readValues(
  id: string,
  metrics: readonly SuccessMetric[],
  given: readonly string[],
): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const text of given) {
    const cut = text.lastIndexOf('=');
    const name = text.slice(0, cut).trim();
    if (!metrics.some((metric) => metric.name === name)) {
      throw new RelctlError('usage.bad-flag', `--value ${JSON.stringify(text)} names no success metric of ${id}`, {
        why: 'Only what was agreed before the release is judged after it.',
        hints: metrics.map((metric) => `--value ${JSON.stringify(`${metric.name}=<number>`)}`),
      });
    }
    values.set(name, readNumber(text.slice(cut + 1), name));
  }
  return values;
}

function readNumber(text: string, name: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new RelctlError('usage.bad-flag', `"${text}" is not a number for ${name}`, {
    why: 'The metric is compared with its target.',
    hints: [`--value ${JSON.stringify(`${name}=12.5`)}`],
  });
}

async function askReview(
  context: Context,
  release: Release,
  answers: ReviewAnswers,
): Promise<Omit<Review, 'document'>> {
  const { prompter } = context;
  const { plan } = release.journal;
  const { productManager, rdLead } = plan.spec.owners;
  const attended =
    answers.attended.length > 0
      ? answers.attended
      : split(
          await textAnswer(prompter, undefined, {
            message: 'Who attended (addresses, separated by commas)?',
            flag: '--attended',
            default: `${productManager}, ${rdLead}`,
          }),
        );
  const product = attended.filter((person) => isAmong([productManager], person));
  const rd = attended.filter((person) => !isAmong([productManager], person));
  if (product.length === 0 || rd.length === 0) {
    throw new RelctlError('review.incomplete', `the review needs Product and R&D; attended: ${nameList(attended)}`, {
      why: 'The post-release review is mandatory, and it is held by both.',
      hints: [`--attended ${productManager} --attended ${rdLead}`],
    });
  }
  const lessons =
    answers.lessons.length > 0
      ? answers.lessons
      : [await textAnswer(prompter, undefined, { message: 'What was learned?', flag: '--lesson' })];
  const debts = answers.debts.length > 0 || answers.noDebt ? answers.debts : await askDebts(context);
  const outcome = await choiceAnswer(prompter, answers.outcome, {
    message: 'How did the release end?',
    flag: '--outcome',
    choices: [
      { value: 'success', label: 'Success' },
      { value: 'partial', label: 'Partial' },
      { value: 'failure', label: 'Failure' },
    ],
  });
  return {
    attended: { product: [...product], rd: [...rd] },
    lessons: [...lessons],
    debts: debts.map(readDebt),
    outcome,
  };
}

async function askDebts(context: Context): Promise<readonly string[]> {
  const answer = await textAnswer(context.prompter, undefined, {
    message: 'Which technical debt was created (text; owner; due date; ticket), or "none"?',
    flag: '--debt or --no-debt',
    default: 'none',
  });
  return answer === 'none' ? [] : [answer];
}

function readDebt(text: string): Review['debts'][number] {
  const [what = '', owner = '', due = '', ticket = ''] = text.split(';').map((part) => part.trim());
  const missing = [
    what === '' ? 'text' : '',
    owner.includes('@') ? '' : 'owner',
    /^\d{4}-\d{2}-\d{2}$/.test(due) ? '' : 'due date',
    ticket === '' ? 'ticket' : '',
  ].filter(Boolean);
  if (missing.length === 0) return { text: what, owner, due, ticket };
  throw new RelctlError('review.incomplete', `the debt "${text}" has no ${missing.join(', no ')}`, {
    why: 'Debt without owner, date and ticket is never paid; the release closes only when every action has them.',
    hints: ['--debt "remove the old checkout flag; ada@example.com; 2027-02-01; SHOP-812"'],
  });
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
