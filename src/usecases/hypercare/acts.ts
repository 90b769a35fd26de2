import { isAmong, peopleOf } from '../../domain/people/people.ts';
import { isoTime, timeOf } from '../../domain/schedule/calendar.ts';
import { actOf, mustBeSigned } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Entry } from '../release/journal.ts';
import { recordAndTell } from '../release/notify.ts';
import type { Release } from '../release/open.ts';

/** Adds hours to hypercare. Errors: `usage.missing-answer` without a reason. */
export async function extend(
  context: Pick<Context, 'clock'>,
  release: Release,
  hours: number,
  reason: string | undefined,
): Promise<void> {
  const { journal } = release;
  if (reason === undefined || reason.trim() === '') {
    throw new RelctlError('usage.missing-answer', 'an extension of hypercare needs its reason', {
      why: 'The review asks why the release needed more attention than planned.',
      hints: [command`relctl hypercare ${journal.plan.id} --extend ${hours} --reason "<reason>"`],
    });
  }
  const until = Math.max(context.clock.now(), timeOf(journal.state.hypercare?.until ?? ''));
  await journal.record('hypercare.extended', { until: isoTime(until + hours * 3_600_000), reason });
}

/**
 * Hands the watch over to somebody else who may have it. The note is what the next one must know, so it is asked for. Errors:
 * `usage.missing-answer`, `usage.bad-flag`.
 */
export async function handOver(
  context: Context,
  release: Release,
  to: string,
  note: string | undefined,
): Promise<void> {
  const { journal, policy } = release;
  const { plan } = journal;
  const people = peopleOf(plan.spec, policy.roles.hypercare);
  if (!isAmong(people, to)) {
    throw new RelctlError('usage.bad-flag', `${to} has no part in the hypercare of ${plan.id}`, {
      why: 'The person who watches must be allowed to act.',
      hints: people.map((one) => command`--hand-over ${one}`),
    });
  }
  if (note === undefined || note.trim() === '') {
    throw new RelctlError('usage.missing-answer', 'a hand-over needs its note', {
      why: 'The next person must know what was seen and what is still open.',
      hints: [command`relctl hypercare ${plan.id} --hand-over ${to} --note "<what to know>"`],
    });
  }
  const handedOver: Entry = ['hypercare.handed-over', { to, note }];
  await recordAndTell(context, release, [handedOver], 'hypercare.handed-over', nextEvent(plan), {
    who: to,
    reason: note,
  });
}

/** An incident that a person links to the release, or its end. */
export interface IncidentReport {
  readonly ref: string;
  /** As it was typed; 1 is the worst. */
  readonly severity?: string;
  readonly resolved: boolean;
  readonly note?: string;
}

/** Opens or closes an incident of the release. Errors: `usage.bad-flag`, `incident.unknown`. */
export async function reportIncident(context: Context, release: Release, report: IncidentReport): Promise<void> {
  const { journal } = release;
  const { id } = journal.plan;
  const { ref, note = '' } = report;
  const open = journal.state.incidents.find((one) => one.ref === ref && one.closedAt === undefined);
  if (report.resolved) {
    if (open === undefined) throw unknownIncident(id, ref, journal.state.incidents);
    return tell(['incident.closed', { ref, note }], ref);
  }
  const severity = Number(report.severity?.replace(/^sev-?/i, ''));
  if (!Number.isInteger(severity) || severity < 1 || severity > 5) {
    throw new RelctlError('usage.bad-flag', `--severity is "${report.severity ?? ''}", not a number from 1 to 5`, {
      why: 'The time since the last severe incident decides when hypercare can be signed off.',
      hints: [command`relctl hypercare ${id} --incident ${ref} --severity 2`],
    });
  }
  if (isTold(release, ref, severity)) return;
  return tell(['incident.opened', { ref, severity, note }], `${ref}, severity ${severity}`);

  function tell(happened: Extract<Entry, readonly ['incident.opened' | 'incident.closed', unknown]>, reason: string) {
    return recordAndTell(context, release, [happened], happened[0], `${nextEvent(journal.plan)} ${ref}`, {
      reason: note === '' ? reason : `${reason}, ${note}`,
    });
  }
}

/** Told twice, it is still one incident. */
function isTold(release: Release, ref: string, severity: number): boolean {
  const ended = release.journal.counted.findLastIndex(
    ({ type, data }) => type === 'incident.closed' && data.ref === ref,
  );
  return wasTold(release, ref, severity, ended + 1);
}

/**
 * Whether an incident was told since an event, as bad as it is: what takes it for less is no word of it, nor what nobody proves where the policy has that
 * signed.
 */
export function wasTold({ journal, policy }: Release, ref: string, severity: number, since = 0): boolean {
  const isSure = (event: RecordedEvent) => {
    const act = actOf(event);
    return act === undefined || !mustBeSigned(act, policy) || journal.proves(event);
  };
  return journal.counted
    .slice(since)
    .some(
      (event) =>
        event.type === 'incident.opened' && event.data.ref === ref && event.data.severity <= severity && isSure(event),
    );
}

/** Names the occasion of a message that tells of the event about to be recorded. */
function nextEvent({ events }: ReleasePlan): string {
  return `event ${events.length + 1}`;
}

function unknownIncident(
  id: string,
  ref: string,
  known: readonly { readonly ref: string; readonly closedAt: string | undefined }[],
): RelctlError {
  const open = known.filter((one) => one.closedAt === undefined).map((one) => one.ref);
  return new RelctlError('incident.unknown', `no open incident "${ref}" is linked to ${id}`, {
    why: 'Only an open incident can be resolved.',
    hints:
      open.length === 0
        ? [command`relctl hypercare ${id} --incident ${ref} --severity 2`]
        : open.map((one) => command`relctl hypercare ${id} --incident ${one} --resolved`),
  });
}
