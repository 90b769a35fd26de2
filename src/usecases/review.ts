import type { Outcome } from '../domain/outcome/outcome.ts';
import { sayOutcome } from '../domain/success/outcome.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand } from './release/pass-gates.ts';
import { claimedIn } from './review/claimed.ts';
import { closeReview } from './review/close.ts';
import { reviewDocument } from './review/document.ts';
import { checkMeeting, type MeetingAnswers } from './review/meeting.ts';
import { shownMetric } from './review/shown.ts';
import { judgeAll } from './review/week.ts';
import { measureNewDays } from './success/measure.ts';
import { readValues } from './success/values.ts';

/** What the flags may answer; the rest is asked. */
export interface ReviewAnswers extends MeetingAnswers {
  /** Write the document before the meeting and close nothing. */
  readonly draft?: boolean;
  /** Values of success metrics given by hand, as `name=value`. */
  readonly values: readonly string[];
  readonly exception?: string;
}

/** The mandatory review: success metrics judged, lessons and technical debt written down; it closes the release. */
export async function review(context: Context, id: string, answers: ReviewAnswers): Promise<Outcome> {
  if (answers.draft === true) return draft(context, id, answers);
  const release = await openForCommand(context, id, 'review', answers.exception);
  checkMeeting(release, answers);
  await flushOutbox(context, release);
  const { journal } = release;
  // What a flag says is read first: a word that is no number needs no metrics store.
  const values = readValues(id, journal.plan.spec.successMetrics, answers.values);
  const { metrics, held, document } = await closeReview(context, release, { values, answers });
  return {
    result: 'done',
    headline: `${journal.plan.metadata.feature} is closed`,
    blocks: [
      { kind: 'checks', checks: metrics.map(shownMetric) },
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
  const fresh = await measureNewDays(context, release, undefined);
  if (fresh.length > 0) await journal.record('success.observed', { days: [...fresh] });
  const given = readValues(id, journal.plan.spec.successMetrics, answers.values);
  const metrics = journal.state.success?.data.metrics ?? judgeAll(release, given, []);
  const drawn = reviewDocument(release.facts(), journal.counted, {
    metrics,
    author: context.actor,
    isClaimed: claimedIn(release),
  });
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
