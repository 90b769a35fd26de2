import type { JudgedMetric } from '../../domain/success/metric.ts';
import type { ForgeProof } from '../../plan/events.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../release/context.ts';
import type { Entry } from '../release/journal.ts';
import { recordAndTell } from '../release/notify.ts';
import type { Release } from '../release/open.ts';
import { keepRawValues } from '../success/evidence.ts';
import { measureNewDays, observedDays } from '../success/measure.ts';
import { claimedIn } from './claimed.ts';
import { reviewDocument } from './document.ts';
import { askMeeting, type Meeting, type MeetingAnswers } from './meeting.ts';
import { shownMetric } from './shown.ts';
import { judgeWeek } from './week.ts';

/** A review as it was recorded. */
export interface ClosedReview {
  readonly metrics: readonly JudgedMetric[];
  readonly held: Meeting;
  readonly document: Evidence;
}

/** What a review is closed with. */
export interface ReviewClosing {
  /** Values of the whole week, by the name of the metric. */
  readonly values: ReadonlyMap<string, number>;
  readonly answers: MeetingAnswers;
  /** The review on a forge that it was told by, asked for once all is answered; then nothing is measured in the name of its person. */
  readonly authenticatedBy?: () => Promise<ForgeProof>;
}

/**
 * Judges the first week where that was not done yet, takes down what the meeting came to, and closes the release. A later one takes the place of the
 * one before; the verdicts stay.
 */
export async function closeReview(
  context: Context,
  release: Release,
  { values, answers, authenticatedBy }: ReviewClosing,
): Promise<ClosedReview> {
  const { journal } = release;
  const { id } = journal.plan;
  const before = journal.state.success?.data.metrics;
  const isMeasured = before === undefined && authenticatedBy === undefined;
  const fresh = isMeasured ? await measureNewDays(context, release, undefined) : [];
  const metrics = before ?? (await judgeWeek(context, release, values, fresh));
  if (metrics.length > 0) {
    await context.prompter.show([
      { kind: 'heading', text: 'The success metrics, as they are judged' },
      { kind: 'checks', checks: metrics.map(shownMetric) },
    ]);
  }
  // What people answer is checked before anything is recorded: a debt without an owner must leave no half of a review behind.
  const held = await askMeeting(context, release, answers, metrics);
  const proved = authenticatedBy === undefined ? {} : { authenticatedBy: await authenticatedBy() };
  if (before === undefined) {
    if (fresh.length > 0) await journal.record('success.observed', { days: [...fresh] });
    const days = journal.plan.spec.successMetrics.flatMap((one) => observedDays(journal.state.successDays, one.name));
    const raw = await keepRawValues(context, release, 'success-week.json', days);
    await journal.record('success.judged', { metrics: [...metrics], document: { ...raw }, ...proved });
  }
  const drawn = reviewDocument(release.facts(), journal.counted, {
    held,
    author: context.actor,
    isClaimed: claimedIn(release),
  });
  const document = await context.store.keep(id, 'review.md', await context.documents.markdown(drawn));
  const closed: Entry = ['review.closed', { ...held, document: { ...document }, ...proved }];
  const occasion = `attempt ${journal.state.deployment?.attempt ?? 1}`;
  await recordAndTell(context, release, [closed], 'release.closed', occasion);
  return { metrics, held, document };
}
