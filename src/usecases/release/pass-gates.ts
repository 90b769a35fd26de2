import { changeApproved } from '../../domain/gates/change.ts';
import { canaryPassed, promotedOnVerdict } from '../../domain/gates/delivery.ts';
import type { GateFacts, GateRule } from '../../domain/gates/gate.ts';
import { boundSame, historyWhole, watchedSame, wayBackSame } from '../../domain/gates/history.ts';
import { noClash } from '../../domain/gates/planning.ts';
import { decide, isItsTurn, PROCESS, type ProcessCommand } from '../../domain/process/process.ts';
import { bindingDifferences } from '../binding/bind.ts';
import { isSubmissionProven } from '../binding/submission.ts';
import { unprovenVerdict } from '../binding/verdict.ts';
import { watchedDifferences } from '../binding/watched.ts';
import { wayBackDifferences } from '../binding/way-back.ts';
import { changeStanding } from '../change-record/standing.ts';
import { reviewedBranch } from '../signing/trust.ts';
import type { Context } from './context.ts';
import { lostFrom, objectionsElsewhere } from './doubts.ts';
import { gateError, playerIn } from './gate-error.ts';
import type { Journal } from './journal.ts';
import { openRelease, type Release } from './open.ts';

/** What else is known of a command that is held against the gates. */
interface GateOptions {
  /** True where it is known to say no: that takes no independence. */
  readonly objects?: boolean;
  /** The words and flags that were typed, where the process knows the command by others. */
  readonly typed?: string;
}

/** Reads a release and holds its command against the gates. Errors: `gate.refused`. */
export async function openForCommand(
  context: Context,
  id: string,
  command: ProcessCommand,
  exception: string | undefined,
  options: GateOptions = {},
): Promise<Release> {
  const release = await openRelease(context, id);
  await passGates(context, release, command, exception, options);
  return release;
}

/**
 * Refuses a command whose gates do not hold, some of which let an objection through. An exception, where its reason is given, stands in for time rules only and is
 * recorded before anything else happens.
 */
export async function passGates(
  context: Context,
  release: Release,
  command: ProcessCommand,
  exception: string | undefined,
  { objects = false, typed }: GateOptions = {},
): Promise<void> {
  // Before anything is recorded: whoever says no to the programs of the repository says no to the command.
  if (!context.environments.simulated && (context.programs?.lines.length ?? 0) > 0) await context.programs?.allow();
  const refusals = decide(command, { ...(await lookedUp(context, release, command)), objects });
  if (refusals.length === 0) return;
  if (exception === undefined || refusals.some((refusal) => !refusal.exceptionable)) {
    throw gateError(command, release.journal.plan, refusals, playerIn(context), typed);
  }
  if (refusals.every(({ gate }) => wasGranted(context, release, gate, exception))) return;
  await release.journal.recordAll(
    refusals.map(({ gate }) => ['exception.granted', { gate, reason: exception, command }] as const),
  );
}

/** What the person recorded who handed a run over is not recorded, nor signed, once more by the machine that carries it on. */
function wasGranted(context: Pick<Context, 'runs'>, { journal }: Release, gate: string, reason: string): boolean {
  const { askedBy } = context.runs.self;
  return deployExceptions(journal).some(
    ({ actor, data }) => askedBy !== undefined && actor === askedBy && data.gate === gate && data.reason === reason,
  );
}

/** Exceptions for the deployment of this round: one for another step, or of another round, excuses nothing of it. */
export function deployExceptions({ state, counted }: Pick<Journal, 'state' | 'counted'>) {
  const submitted = counted.findLast((event) => event.type === 'cab.submitted')?.seq ?? 0;
  return state.exceptions.filter(({ seq, data }) => seq > submitted && data.command.startsWith('deploy'));
}

/** The facts with what only has to be looked up where a gate of the command asks for it. */
export async function lookedUp(context: Context, release: Release, command: ProcessCommand): Promise<GateFacts> {
  const { journal, policy } = release;
  const { plan, state } = journal;
  const gates: readonly GateRule[] = PROCESS[command].gates;
  const facts = release.facts(context.actor);
  if (!isItsTurn(command, state)) return facts;
  const unproven = gates.includes(canaryPassed) || gates.includes(promotedOnVerdict);
  const asksForChange = policy.changeRecord.beforeDeploy && gates.includes(changeApproved);
  const found = unproven ? await unprovenVerdict(context, plan, policy, state) : undefined;
  const watched = gates.includes(watchedSame) ? await watchedFrom(context, release) : [];
  const elsewhere = gates.includes(wayBackSame) ? await wayBackDifferences(context, journal, release.signing) : [];
  const isOther = watched.length + elsewhere.length > 0;
  // Nobody objects any more to what is in production.
  const leadsThere = gates.includes(historyWhole) && gates.includes(boundSame);
  const elsewhereSigned = leadsThere ? await objectionsElsewhere(context, release) : [];
  return {
    ...facts,
    ...(gates.includes(noClash) ? await release.schedule() : {}),
    ...(gates.includes(boundSame) ? { differences: await differencesFrom(context, release) } : {}),
    ...(gates.includes(historyWhole) ? { lost: [...(await lostFrom(context, release)), ...elsewhereSigned] } : {}),
    ...(isOther
      ? { watched, elsewhere, reviewed: await reviewedBranch((await context.signing()).protectedBranch) }
      : {}),
    ...(found === undefined ? {} : { unproven: found }),
    ...(asksForChange ? { change: await changeStanding(context, journal) } : {}),
  };
}

/**
 * What is rendered is compared too, and a program of the commit that the plan names may render it. Whoever may push names that commit, and all that a
 * submission keeps: before somebody has answered for it, nothing is run to find out whether it is the same.
 */
async function differencesFrom(context: Context, { journal, policy, signing }: Release): Promise<readonly string[]> {
  // Keys that do not read are named by themselves, and nothing can be signed meanwhile: nothing is rendered, and nobody told to begin anew.
  if (signing.trouble !== undefined) return [];
  if (!isSubmissionProven(journal, signing))
    return ['nothing proves what was submitted, so nothing shows that it is the same'];
  return bindingDifferences(context, journal.plan, policy, journal.state);
}

/** What looks at production and is another; where only signed acts count, since whoever may write can else record what they like. */
async function watchedFrom(context: Context, { journal: { plan, state }, policy, signing }: Release) {
  return signing.trust === undefined ? [] : watchedDifferences(context, plan, policy, state, signing.trust.commit);
}
