import { formatWindow } from '../domain/calendar.ts';
import type { Outcome } from '../domain/outcome.ts';
import { votingBoard } from '../domain/people.ts';
import { nextActions } from '../domain/process.ts';
import { cabPacket } from './cab-packet.ts';
import type { Context } from './context.ts';
import { flushOutbox, notify } from './notify.ts';
import { openForCommand } from './release.ts';
import { subjectOf } from './subject.ts';

/** Submits a plan to the Change Advisory Board: gates, packet, notification with the command to answer. */
export async function submitCab(
  context: Context,
  id: string,
  options: { readonly exception?: string },
): Promise<Outcome> {
  const release = await openForCommand(context, id, 'submit-cab', options.exception);
  const { journal, policy } = release;
  await flushOutbox(context, release);
  const round = (journal.state.cab?.round ?? 0) + 1;
  const packet = await context.store.keep(
    id,
    `cab-packet-${round}.md`,
    cabPacket(release.facts(), context.actor, round),
  );
  await journal.record('cab.submitted', { ...subjectOf(journal.plan), round, packet: { ...packet } });
  await notify(context, release, 'cab.submitted', `round ${round}`, { command: `relctl signoff cab ${id}` });
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
          ['packet', `releases/${id}/${packet.file}`],
          ['board', board.join(', ')],
        ],
      },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: { release: id, phase: journal.state.phase, round, packet, board, specDigest: journal.plan.specDigest },
    simulated: context.environments.simulated,
  };
}
