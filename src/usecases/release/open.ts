import { GATES, type GateFacts, type OtherRelease, type Refusal } from '../../domain/gates/gate.ts';
import { asOther, isSummary } from '../../domain/history/release-summary.ts';
import { checkPlan } from '../../domain/plan-rules/plan-check.ts';
import { decide, type ProcessCommand } from '../../domain/process/process.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { openSigning, type Signing } from '../signing/open.ts';
import type { Context, ReadingContext } from './context.ts';
import { Journal } from './journal.ts';

/** A release that a command works on. */
export interface Release {
  readonly journal: Journal;
  readonly policy: Policy;
  /** Whether approvals are signed, and which of them do not count. */
  readonly signing: Signing;
  /** What the gates look at, now. */
  facts(actor?: string): GateFacts;
}

/** Reads a release with its policy and, where a gate may ask for them, the other releases. */
export async function openRelease(
  context: ReadingContext,
  id: string,
  options: { readonly others?: boolean } = {},
): Promise<Release> {
  const plan = await context.store.load(id);
  const signing = await openSigning(context, plan);
  const { policy } = signing;
  const others = options.others === false ? [] : await otherReleases(context, id);
  const journal = new Journal(context, plan, signing.sealing);
  return {
    journal,
    policy,
    signing,
    facts: (actor) => ({
      plan: journal.plan,
      state: journal.state,
      policy,
      now: context.clock.now(),
      actor,
      others,
      signing: signing.facts,
      findings: checkPlan({ plan: journal.plan, policy, config: context.config, now: context.clock.now() }),
    }),
  };
}

/** Reads a release and holds its command against the gates. Errors: `gate.refused`. */
export async function openForCommand(
  context: Context,
  id: string,
  command: ProcessCommand,
  exception: string | undefined,
): Promise<Release> {
  const release = await openRelease(context, id);
  await passGates(context, release, command, exception);
  return release;
}

/**
 * Refuses a command whose gates do not hold. An exception, where its reason is given, stands in for time rules only and is
 * recorded before anything else happens.
 */
export async function passGates(
  context: Context,
  release: Release,
  command: ProcessCommand,
  exception: string | undefined,
): Promise<void> {
  const refusals = decide(command, release.facts(context.actor));
  if (refusals.length === 0) return;
  if (exception === undefined || refusals.some((refusal) => !refusal.exceptionable)) {
    throw gateError(command, release.journal.plan, refusals);
  }
  await release.journal.recordAll(
    refusals.map(({ gate }) => ['exception.granted', { gate, reason: exception, command }] as const),
  );
}

/** One error for all that refuses a command. */
export function gateError(
  command: string,
  plan: Pick<ReleasePlan, 'id' | 'file'>,
  refusals: readonly Refusal[],
): RelctlError {
  const [first, ...rest] = refusals;
  const commands = [...new Set(refusals.map((refusal) => `${refusal.who.join(', ') || 'nobody'}: ${refusal.command}`))];
  const exceptionable = refusals.every((refusal) => refusal.exceptionable);
  return new RelctlError('gate.refused', `${command} ${plan.id} is refused: ${first?.sentence ?? 'a gate is shut'}`, {
    why: first === undefined ? '' : `The process asks for it: ${GATES[first.gate].title}.`,
    hints: [
      ...commands,
      ...rest.map((refusal) => `also: ${refusal.sentence}`),
      ...refusals.flatMap((refusal) => (refusal.suggestions ?? []).map((other) => `or: ${other}`)),
      ...(exceptionable ? [`or, with a reason that the board will read: --exception "<reason>"`] : []),
    ],
    data: { command, release: plan.id, refusals },
  });
}

/** The other releases, for clashes. A plan that cannot be read is its owner's trouble (`relctl list` names it), not this one's. */
async function otherReleases(context: ReadingContext, id: string): Promise<readonly OtherRelease[]> {
  const summaries = await context.store.summaries();
  return summaries
    .filter(isSummary)
    .filter((other) => other.id !== id)
    .map(asOther);
}
