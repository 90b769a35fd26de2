import type { Outcome } from '../../domain/outcome/outcome.ts';
import { sayPhase } from '../../domain/process/phases.ts';
import { decide, type ProcessCommand } from '../../domain/process/process.ts';
import { type NextAct, nextAct } from '../../domain/runner/next-act.ts';
import { type ErrorCode, RelctlError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Work } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import type { Context } from '../release/context.ts';
import { gateError } from '../release/gate-error.ts';
import { openRelease } from '../release/open.ts';
import { askerRefusal, loginsOf } from './asker.ts';
import { isHeldByPerson, mayGoOn } from './may-go-on.ts';

/** The other end of a hand-over: what relctl does where a runner has started it. */

const COMMANDS: { readonly [A in Exclude<NextAct, 'over'>]: ProcessCommand } = {
  full: 'deploy',
  canary: 'deploy',
  promote: 'deploy --promote',
  resume: 'deploy --resume',
  abort: 'deploy --abort',
};

/**
 * What is left of the work that was handed over. Whoever handed it over must be one who may give that command: a machine that may deploy is no
 * way around a separation of duties, neither where a deployment begins nor where it is promoted or resumed.
 * @throws RelctlError `gate.refused`
 */
export async function whatIsLeft(
  context: Context,
  id: string,
  work: Pick<Work, 'attempt' | 'round' | 'stopsAtVerdict' | 'options'>,
): Promise<NextAct> {
  const release = await openRelease(context, id);
  const act = nextAct(release.journal.state, work);
  if (act === 'over') return act;
  const { askedBy, login } = context.runs.self;
  const process = COMMANDS[act];
  if (login !== undefined) {
    const people = await loginsOf(await context.signing(), release.policy);
    const refusal = askerRefusal(
      { askedBy, login, people },
      release.policy,
      { process, release: id },
      { act, options: work.options, isLeftToMachines: mayGoOn(release) && !isHeldByPerson(release) },
    );
    if (refusal !== undefined) throw gateError(process, release.journal.plan, [refusal]);
  }
  if (askedBy === undefined) return act;
  const refusals = decide(process, release.facts(askedBy)).filter(({ exceptionable }) => !exceptionable);
  if (refusals.length > 0) throw gateError(process, release.journal.plan, refusals);
  return act;
}

/** The answer of a run that finds its work done. */
export async function alreadyOver(context: Context, id: string): Promise<Outcome> {
  const { state, plan } = (await openRelease(context, id, { others: false })).journal;
  const isBack = state.deployment?.result === 'rolled-back' || state.deployment?.result === 'frozen';
  return {
    result: isBack ? 'failed' : 'done',
    headline: `${plan.metadata.feature} ${sayPhase(state.phase)}: nothing is left to do here`,
    blocks: [{ kind: 'next', actions: [{ who: 'anybody', command: command`relctl status ${id}` }] }],
    data: { release: id, phase: state.phase },
    simulated: context.environments.simulated,
  };
}

/**
 * A run whose pod is asked to end stands still for whoever comes next, which is another pod: what it says of a person that must act is not the
 * last word. Errors: `answer.interrupted`, and those of the work.
 */
export async function orInterrupted<T>(
  { interruption }: Pick<Context, 'interruption'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RelctlError) || !interruption.signal.aborted) throw error;
    throw new RelctlError('answer.interrupted', 'this run was asked to end', {
      why: `What it had begun stands as it is. ${error.message}`,
      hints: error.hints,
      cause: error,
    });
  }
}

/** What is over in a while, as a rule; everything else is for a person to see. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'cluster.unreachable',
  'cluster.ambiguous',
  'metrics.unreachable',
  'alerts.unreachable',
  'sharing.unreachable',
  'tool.timeout',
  'tool.failed',
]);
const TRIES = 12;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 300_000;

/** Works again after trouble that passes: nobody sits there to give the command again. Errors: those of the work. */
export async function patiently<T>(
  { clock, sink }: { readonly clock: Clock; readonly sink: EventSink },
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RelctlError) || !PASSING.has(error.code) || tries === TRIES) throw error;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      const text = `${error.code}: ${error.message}; tried again in ${formatSpan(pause)}`;
      sink.emit({ type: 'note', level: 'warning', text });
      await clock.sleep(pause);
    }
  }
}
