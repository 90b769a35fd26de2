import { formatMoment, isoTime, reviewDate, startOfDate, wallTimeIn } from '../../domain/schedule/calendar.ts';
import { REVIEW_MS } from '../../domain/schedule/invitations.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { notify } from '../release/notify.ts';
import type { Release } from '../release/open.ts';

/**
 * Invites Product, R&D and Operations to the review: so many days after the window as the policy says, at the time of day at
 * which the window opened. The invitation is kept beside the plan, and people are told where; once, however often it is asked.
 */
export async function inviteToReview(context: Context, release: Release): Promise<void> {
  const { journal, policy } = release;
  const { plan } = journal;
  const { owners, window } = plan.spec;
  const date = reviewDate(window, policy.leadDays.review);
  const start =
    wallTimeIn(`${date}T${window.start.slice(11, 16)}`, window.timeZone) ?? startOfDate(date, window.timeZone);
  const attendees = [...new Set([owners.productManager, owners.rdLead, ...owners.operations])];
  if (journal.state.invited === undefined) {
    const text = await context.documents.invitation({
      release: plan.id,
      meeting: 'review',
      summary: `Post-release review: ${plan.metadata.feature}`,
      description: `Lessons, technical debt and success metrics of ${plan.metadata.feature} (${plan.id}). Draft: ${command`relctl review ${plan.id} --draft`}`,
      start,
      end: start + REVIEW_MS,
      organizer: owners.rdLead,
      attendees,
      sequence: plan.events.length,
      stamp: context.clock.now(),
    });
    const invite = await context.store.keep(plan.id, 'review.ics', text);
    await journal.record('review.invited', { at: isoTime(start), attendees, invite: { ...invite } });
  }
  await notify(
    context,
    release,
    'review.invited',
    `attempt ${journal.state.deployment?.attempt ?? 1}`,
    {
      who: attendees.join(', '),
      window: formatMoment(start, window.timeZone),
      command: command`relctl review ${plan.id} --draft`,
      by: attendees,
      reason: `releases/${plan.id}/${journal.state.invited?.data.invite.file ?? 'review.ics'}`,
    },
    [(event) => event.type === 'hypercare.closed'],
  );
}
