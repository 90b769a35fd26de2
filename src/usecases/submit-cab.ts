import type { Outcome } from '../domain/outcome/outcome.ts';
import { votingBoard } from '../domain/people/people.ts';
import { nextActions } from '../domain/process/process.ts';
import { formatMoment, formatWindow, isoTime } from '../domain/schedule/calendar.ts';
import { nextRound } from '../domain/signing/examine-statement.ts';
import type { Evidence } from '../ports/plan-store.ts';
import { command } from '../text/command-line.ts';
import { postedFacts } from './ballot/post.ts';
import { keepBound } from './binding/bind.ts';
import { changeFacts } from './change-record/facts.ts';
import { cabPacket } from './packet/build.ts';
import { type ObservedRelease, observe } from './planning/check/observe.ts';
import type { Context } from './release/context.ts';
import type { Entry } from './release/journal.ts';
import { flushOutbox, recordAndTell } from './release/notify.ts';
import { openRelease } from './release/open.ts';
import { requireOwnText } from './release/own-text.ts';
import { passGates } from './release/pass-gates.ts';
import { subjectOf } from './release/subject.ts';
import { boardInvited, meetingFor, tellOfMeeting } from './signoff/meeting.ts';

/** What the command decides. */
export interface SubmitOptions {
  readonly exception?: string;
}

/** Submits a plan to the Change Advisory Board: gates, packet, notification with the command to answer. */
export async function submitCab(context: Context, id: string, options: SubmitOptions): Promise<Outcome> {
  const opened = await openRelease(context, id);
  const isSignedFirst = opened.signing.sealing !== undefined && opened.journal.state.phase === 'draft';
  if (isSignedFirst) await requireOwnText(context, opened.journal.plan);
  const release = await observe(context, opened);
  await passGates(context, release, 'submit-cab', options.exception);
  const { journal, policy } = release;
  await flushOutbox(context, release);
  const round = nextRound(journal.plan.events, context.environments.simulated);
  const kept = await keepPacket(context, release, round);
  const bound = await keepBound(context, journal.plan, policy, `bound-${round}`);
  const meeting = meetingFor(context, release);
  const told = meeting === undefined ? {} : { meeting: { start: isoTime(meeting.start), end: isoTime(meeting.end) } };
  const submitted = { ...subjectOf(journal.plan), round, ...kept, bound, ...told };
  const invited = boardInvited(context, release, round, meeting);
  const happened: readonly Entry[] = [['cab.submitted', submitted], ...invited];
  await recordAndTell(context, release, happened, 'cab.submitted', `round ${round}`, {
    command: command`relctl signoff cab ${id}`,
    by: votingBoard(journal.plan.spec, [...journal.state.authors, context.actor], policy),
  });
  await tellOfMeeting(context, release);
  const posted = await postedFacts(context, release);
  const board = votingBoard(journal.plan.spec, journal.state.authors, policy);
  return {
    result: 'done',
    headline: `${id} is with the CAB, round ${round}`,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['feature', journal.plan.metadata.feature],
          ['window', formatWindow(journal.plan.spec.window)],
          ['plan digest', journal.plan.specDigest.slice(0, 16)],
          ...[kept.packet, kept.page].map((one) => ['packet', `releases/${id}/${one.file}`] as const),
          ['board', board.join(', ')],
          ...(meeting === undefined
            ? []
            : [['meeting', formatMoment(meeting.start, journal.plan.spec.window.timeZone)] as const]),
          ...changeFacts(release),
          ...posted,
        ],
      },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: id,
      phase: journal.state.phase,
      round,
      ...kept,
      board,
      ...told,
      specDigest: journal.plan.specDigest,
      findings: release.findings,
    },
    simulated: context.environments.simulated,
  };
}

/** Keeps what the board reads, as Markdown and as a page; the event names both with their digests. */
async function keepPacket(
  context: Context,
  release: ObservedRelease,
  round: number,
): Promise<{ readonly packet: Evidence; readonly page: Evidence }> {
  const { id } = release.journal.plan;
  const { markdown, html } = await context.documents.packet(await cabPacket(context, release, round));
  return {
    packet: { ...(await context.store.keep(id, `cab-packet-${round}.md`, markdown)) },
    page: { ...(await context.store.keep(id, `cab-packet-${round}.html`, html)) },
  };
}
