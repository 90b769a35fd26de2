import type { Outcome } from '../domain/outcome/outcome.ts';
import { seatFor } from '../domain/people/delegates.ts';
import { votingBoard } from '../domain/people/people.ts';
import { nextActions, PROCESS } from '../domain/process/process.ts';
import { RelctlError } from '../errors.ts';
import type { EventData } from '../plan/events.ts';
import { command } from '../text/command-line.ts';
import { packetSummary } from './packet/summary.ts';
import { approvalAnswer, checkText, choiceAnswer, textAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openRelease, type Release } from './release/open.ts';
import { passGates } from './release/pass-gates.ts';
import { subjectOf } from './release/subject.ts';
import { readCondition, recordVote } from './signoff/vote.ts';

/** What a member's flags may answer; the rest is asked. */
export interface CabAnswers {
  readonly decision?: string;
  readonly operationalReadiness?: boolean;
  readonly securityReview?: boolean;
  readonly impactAssessment?: boolean;
  /** Each as `text; owner; due date`. */
  readonly conditions: readonly string[];
  readonly comment?: string;
}

/**
 * One member's Go or No-Go. The vote that reaches the quorum, or a veto, decides in the same write. After the Go, and until the deployment
 * begins, a member can take theirs back.
 */
export async function signoffCab(context: Context, id: string, answers: CabAnswers): Promise<Outcome> {
  const release = await openRelease(context, id);
  const isDecided = PROCESS['take back a go'].phases.some((phase) => phase === release.journal.state.phase);
  // A further Go changes nothing, and is refused as what it is: out of turn.
  const takesBack = isDecided && answers.decision !== 'go';
  const objects = takesBack || answers.decision === 'no-go';
  await passGates(context, release, takesBack ? 'take back a go' : 'signoff cab', undefined, {
    objects,
    typed: 'signoff cab',
  });
  await flushOutbox(context, release);
  const { journal } = release;
  const asked = journal.state.conditions;
  const vote = await askVote(context, release, takesBack ? { ...answers, decision: 'no-go' } : answers);
  const count = await recordVote(context, release, vote);
  return {
    result: 'done',
    headline: headline(context.actor, vote.decision, count.decision),
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['votes', `${count.go} Go, ${count.noGo} No-Go; ${count.quorum} Go of ${count.board} needed`],
          ['plan digest', journal.plan.specDigest.slice(0, 16)],
          ...journal.state.conditions.map(
            (condition) => ['condition', `${condition.text} (${condition.owner}, due ${condition.due})`] as const,
          ),
          // A vote takes the place of the earlier one of its seat, with what that asked for.
          ...asked
            .filter(({ text }) => journal.state.conditions.every((condition) => condition.text !== text))
            .map(({ text }) => ['dropped', `condition "${text}", of the vote that this one replaces`] as const),
        ],
      },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: { release: id, phase: journal.state.phase, vote, ...count },
    simulated: context.environments.simulated,
  };
}

function headline(actor: string, vote: 'go' | 'no-go', decision: 'go' | 'no-go' | undefined): string {
  const voted = `${actor} votes ${vote === 'go' ? 'Go' : 'No-Go'}`;
  if (decision === undefined) return `${voted}; the CAB has not decided yet`;
  return `${voted}; the CAB decides ${decision === 'go' ? 'Go' : 'No-Go'}`;
}

const AREAS = [
  [
    'operationalReadiness',
    'Is the release operationally ready (monitoring, on-call, rollback)?',
    '--operational-readiness',
  ],
  ['securityReview', 'Is the security review complete?', '--security-review'],
  ['impactAssessment', 'Is the impact assessment acceptable?', '--impact-assessment'],
] as const;

/** Where nobody can be asked, all that a Go lacks is said at once, so that the next command is whole. */
function refuseUnconfirmed(answers: CabAnswers): void {
  const unsaid = AREAS.filter(([area]) => answers[area] === undefined).map(([, , flag]) => flag);
  if (unsaid.length < 2) return;
  throw new RelctlError('usage.missing-answer', `a Go confirms three things; missing: ${unsaid.join(', ')}`, {
    why: 'There is no terminal on which somebody could be asked.',
    hints: [unsaid.join(' ')],
  });
}

async function askVote(context: Context, release: Release, answers: CabAnswers): Promise<EventData<'cab.voted'>> {
  const { prompter, clock } = context;
  const { plan, state } = release.journal;
  if (answers.decision !== 'go') checkText(answers.comment, '--comment');
  const conditions = answers.conditions.map((text) => readCondition(text, plan.spec.window, clock.now()));
  // A No-Go needs nothing confirmed, so nothing is asked: what a flag does not confirm is not confirmed.
  const unsaid = answers.decision === 'no-go' ? false : undefined;
  const asksAnything =
    answers.decision === undefined || AREAS.some(([area]) => (answers[area] ?? unsaid) === undefined);
  if (asksAnything && prompter.interactive) await prompter.show(await packetSummary(context, release));
  if (!prompter.interactive && answers.decision === 'go') refuseUnconfirmed(answers);
  const areas = { operationalReadiness: false, securityReview: false, impactAssessment: false };
  for (const [area, message, flag] of AREAS) {
    areas[area] = await approvalAnswer(prompter, answers[area] ?? unsaid, { message, flag });
  }
  const missing = AREAS.filter(([area]) => !areas[area]).map(([, , flag]) => flag);
  const decision = await choiceAnswer(prompter, answers.decision, {
    message: `${plan.metadata.feature}: Go or No-Go?`,
    flag: '--decision',
    choices: [
      { value: 'no-go', label: 'No-Go' },
      { value: 'go', label: 'Go', ...(missing.length > 0 ? { disabled: '(not all three areas are confirmed)' } : {}) },
    ],
    default: 'no-go',
  });
  if (decision === 'go' && missing.length > 0) {
    throw new RelctlError(
      'usage.bad-flag',
      `a Go needs all three areas confirmed; not confirmed: ${missing.join(', ')}`,
      {
        why: 'The CAB checks operational readiness, security review completion and impact assessment before it approves.',
        hints: [command`relctl signoff cab ${plan.id} --decision no-go --comment "<what is missing>"`],
      },
    );
  }
  const comment =
    decision === 'no-go'
      ? await textAnswer(prompter, answers.comment, { message: 'Why not?', flag: '--comment' })
      : (answers.comment ?? '');
  const board = votingBoard(plan.spec, state.authors, release.policy);
  const seat = seatFor(release.policy, plan.spec, 'cab', board, context.actor, clock.now());
  return {
    ...subjectOf(plan),
    ...(seat === undefined || seat === context.actor ? {} : { onBehalfOf: seat }),
    round: state.cab?.round ?? 1,
    decision,
    ...areas,
    conditions,
    comment,
  };
}
