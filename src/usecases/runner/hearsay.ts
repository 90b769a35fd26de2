import { isEndClaimed } from '../../domain/history/state.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { ToldLine } from '../../domain/outcome/told-line.ts';
import { sayPhase } from '../../domain/process/phases.ts';
import { nextAct } from '../../domain/runner/next-act.ts';
import { RelctlError } from '../../errors.ts';
import type { RemoteRun, Work } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { openRelease } from '../release/open.ts';

/** What somebody who attaches asked for. */
export interface Attached {
  readonly release: string;
  /** As in `--runner`. */
  readonly runner: string;
  /** The command that attaches again. */
  readonly again: string;
  /** What was handed over. */
  readonly work: Pick<Work, 'attempt' | 'round' | 'stopsAtVerdict'>;
}

/**
 * What a run of a forge says that ended well: whoever may push can start one under the name of another, with inputs that its log shows line by line, or with a
 * workflow of their own. So how the work ended is read from the records.
 * @throws RelctlError `runner.failed` where they do not say that it is over
 */
export async function recordedEnd(
  context: Context,
  run: RemoteRun,
  { release: id, work }: Attached,
  said: ToldLine | undefined,
): Promise<Outcome> {
  await context.records?.renew();
  const { journal } = await openRelease(context, id, { others: false });
  const { plan, state } = journal;
  if (nextAct(state, work) !== 'over' || isEndClaimed(state)) {
    throw new RelctlError('runner.failed', `${run.title} says that it is done, and the records of ${id} do not`, {
      why: `${plan.metadata.feature} ${sayPhase(state.phase)} by what is recorded. Whoever may push can start a run, and what it prints is no proof.`,
      hints: [command`relctl status ${id}`, run.look],
      data: { release: id, runner: run.title, phase: state.phase },
    });
  }
  const isBack = state.deployment?.result === 'rolled-back' || state.deployment?.result === 'frozen';
  return {
    result: isBack ? 'failed' : 'done',
    headline: `${plan.metadata.feature} ${sayPhase(state.phase)}`,
    blocks: endBlocks(run, id),
    data: {
      release: id,
      phase: state.phase,
      runner: run.title,
      ...(said?.kind === 'outcome' ? { said: said.outcome.data } : {}),
    },
    simulated: context.environments.simulated,
  };
}

/** An error that such a run tells, in its name: the commands that it offers may be anybody's, and people paste them. */
export function hearsay(
  error: RelctlError,
  { title, look }: Pick<RemoteRun, 'title' | 'look'>,
  { release }: Attached,
): RelctlError {
  const { code, message, why, found, data } = error;
  return new RelctlError(code, `${title} says: ${message}`, {
    ...(why === undefined ? {} : { why }),
    ...(found === undefined ? {} : { found }),
    hints: [command`relctl status ${release}`, look],
    ...(data === undefined ? {} : { data }),
  });
}

/** Where it ran, and how the release stands is asked. */
export function endBlocks({ title, state }: RemoteRun, release: string): Outcome['blocks'] {
  return [
    { kind: 'facts', facts: [['ran in', `${title}${state.phase === 'ended' ? ` (${state.reason})` : ''}`]] },
    { kind: 'next', actions: [{ who: 'anybody', command: command`relctl status ${release}` }] },
  ];
}
