import type { Block } from '../../domain/outcome/outcome.ts';
import { seatFor } from '../../domain/people/delegates.ts';
import type { EventData, ForgeProof } from '../../plan/events.ts';
import { type RecordedCheck, shown } from '../checks/check-lines.ts';
import { keepFound, type PendingCheck, undecided } from '../checks/pending-checks.ts';
import { choiceAnswer, textAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { subjectOf } from '../release/subject.ts';
import { redChecks } from './red.ts';

/** A sign-off as it is about to be given. */
interface Signoff {
  readonly role: 'qa' | 'ops';
  readonly checks: readonly PendingCheck[];
  readonly decision?: string;
  readonly comment?: string;
  /** The review that it was given by, where it was given on a forge; asked for once nothing is red. */
  readonly authenticatedBy?: () => Promise<ForgeProof>;
}

function checksBlock(checks: readonly RecordedCheck[]): Block {
  return { kind: 'checks', checks: checks.map(shown) };
}

/** The checks as part of the answer, unless the one who was asked has just seen them. */
export function checksInAnswer(
  { prompter }: Pick<Context, 'prompter'>,
  { checks, decision }: { readonly checks: readonly RecordedCheck[]; readonly decision?: string },
): readonly Block[] {
  return decision === undefined && prompter.interactive ? [] : [checksBlock(checks)];
}

/**
 * Records a sign-off of QA or Operations. What is red cannot be signed: a `pass` with a failed check is refused, and a
 * rejection is what can be recorded then. What was refused leaves nothing behind: files are kept only once all is answered.
 * @returns what was recorded
 * @throws RelctlError `signoff.red`, `usage.missing-answer`
 */
export async function recordSignoff(
  context: Context,
  release: Release,
  signoff: Signoff,
): Promise<EventData<'signoff.recorded'>> {
  const { prompter } = context;
  const { journal } = release;
  const { plan, state } = journal;
  const red = signoff.checks.filter((check) => !check.ok);
  if (signoff.decision === undefined) await prompter.show([checksBlock(signoff.checks.map(undecided))]);
  const decision = await choiceAnswer(prompter, signoff.decision, {
    message: `${signoff.checks.length - red.length} of ${signoff.checks.length} checks are green. Sign off on ${plan.id}?`,
    flag: '--decision',
    choices: [
      { value: 'reject', label: 'Reject' },
      { value: 'pass', label: 'Sign off', ...(red.length > 0 ? { disabled: '(a check is red)' } : {}) },
    ],
    default: 'reject',
  });
  if (decision === 'pass' && red.length > 0) throw redChecks(signoff.checks);
  const comment =
    decision === 'reject'
      ? await textAnswer(prompter, signoff.comment, { message: 'What is wrong?', flag: '--comment' })
      : (signoff.comment ?? '');
  const holders = plan.spec.owners[signoff.role === 'qa' ? 'qa' : 'operations'];
  const seat = seatFor(release.policy, plan.spec, signoff.role, holders, context.actor, context.clock.now());
  const recorded: EventData<'signoff.recorded'> = {
    ...subjectOf(plan),
    ...(seat === undefined || seat === context.actor ? {} : { onBehalfOf: seat }),
    role: signoff.role,
    stageAttempt: state.stage?.attempt ?? 1,
    decision,
    ...(await keepFound(context, plan.id, signoff.checks)),
    comment,
    ...(signoff.authenticatedBy === undefined ? {} : { authenticatedBy: await signoff.authenticatedBy() }),
  };
  await journal.record('signoff.recorded', recorded);
  return recorded;
}
