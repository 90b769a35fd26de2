import { type GateFacts, type Refusal, refuse } from '../../../domain/gates/gate.ts';
import { isEndClaimed } from '../../../domain/history/state.ts';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import { isAmong } from '../../../domain/people/people.ts';
import { ASKED, isInProduction, REOPENABLE, sayPhase } from '../../../domain/process/phases.ts';
import { command } from '../../../text/command-line.ts';
import type { Context } from '../../release/context.ts';
import { gateError, playerIn } from '../../release/gate-error.ts';
import type { Entry } from '../../release/journal.ts';
import { recordAndTell } from '../../release/notify.ts';
import { openRelease, type Release } from '../../release/open.ts';
import { subjectOf } from '../../release/subject.ts';
import { meetingOff, tellOfMeeting } from '../../signoff/meeting.ts';

/**
 * Makes a plan a draft again: after a No-Go, a rollback or an abort, or before production when the plan has to change. All
 * approvals are void from then on, and the history says why.
 * @throws RelctlError `gate.refused` in production, after it, and for whoever is neither R&D Lead nor Product Manager
 */
export async function reopen(context: Context, id: string, reason: string): Promise<Outcome> {
  const release = await openRelease(context, id, { others: false });
  const { journal } = release;
  const before = journal.state.phase;
  const refusals = refusalsOf(release.facts(context.actor), isReopenedUnproved(release));
  if (refusals.length > 0) throw gateError('plan --reopen', journal.plan, refusals, playerIn(context));
  const reopened: Entry = ['plan.reopened', { ...subjectOf(journal.plan), reason }];
  // After a No-Go or a rollback people know, and nothing of it stands in their calendars any more.
  if (ASKED.includes(before)) {
    const happened = [reopened, ...meetingOff(context, release)];
    await recordAndTell(context, release, happened, 'plan.reopened', `event ${journal.plan.events.length + 1}`, {
      reason,
    });
    await tellOfMeeting(context, release);
  } else await journal.recordAll([reopened]);
  const { rdLead } = journal.plan.spec.owners;
  return {
    result: 'done',
    headline: `${id} is a draft again; it was ${before}`,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['reason', reason],
          ['file', journal.plan.file],
        ],
      },
      {
        kind: 'text',
        text: 'Earlier approvals and sign-offs no longer count: they were for what the plan said then.',
      },
      {
        kind: 'next',
        actions: [
          { who: rdLead, command: command`relctl plan ${id} --branch "<name>"`, why: 'for another candidate' },
          { who: rdLead, command: command`relctl plan ${id} --window "<start>/<end>"`, why: 'for another window' },
          { who: rdLead, command: command`relctl submit-cab ${id}`, why: 'then, for a new round of the CAB' },
        ],
      },
    ],
    data: { release: id, phase: journal.state.phase, before, reason, specDigest: journal.plan.specDigest },
    simulated: context.environments.simulated,
  };
}

/** True for a draft that an event made which nobody signed: whoever may write can take that out again. */
function isReopenedUnproved({ journal }: Release): boolean {
  const last = journal.counted.findLast(({ type }) => type === 'plan.reopened' || type === 'cab.submitted');
  return last?.type === 'plan.reopened' && !journal.proves(last);
}

function refusalsOf({ plan, state, actor }: GateFacts, isUnproved: boolean): readonly Refusal[] {
  const { phase } = state;
  const { rdLead, productManager } = plan.spec.owners;
  const [who, id] = [[rdLead], plan.id];
  if (phase === 'draft' && !isUnproved)
    return [refuse('phase.order', 'the release is already a draft', { who, command: command`relctl plan ${id}` })];
  if (isEndClaimed(state) && REOPENABLE.includes(phase)) {
    const what = `the release ${sayPhase(phase)} as the record says, and nobody signed that`;
    return [refuse('phase.order', what, { who: plan.spec.owners.operations, command: command`relctl rollback ${id}` })];
  }
  if (phase !== 'draft' && !REOPENABLE.includes(phase) && !ASKED.includes(phase)) {
    return [
      refuse(
        'phase.order',
        isInProduction(phase)
          ? `the release ${sayPhase(phase)}: it must be out of production before its plan can change`
          : `the release ${sayPhase(phase)}: it went to production; plan another release instead`,
        { who, command: isInProduction(phase) ? command`relctl status ${id}` : 'relctl plan <new id>' },
      ),
    ];
  }
  return actor === undefined || isAmong([rdLead, productManager], actor)
    ? []
    : [
        refuse('role.allowed', `${actor} is neither R&D Lead nor Product Manager of this release`, {
          who: [rdLead, productManager],
          command: command`relctl plan ${id} --reopen "<reason>"`,
        }),
      ];
}
