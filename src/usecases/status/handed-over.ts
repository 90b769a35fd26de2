import type { Check, NextAction } from '../../domain/outcome/outcome.ts';
import type { StatusData } from '../../domain/outcome/status.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { workRefOf } from '../../domain/runner/next-act.ts';
import { wayOut } from '../../domain/runner/ways-out.ts';
import { RelctlError } from '../../errors.ts';
import type { RemoteRun, Round } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { ReadingContext } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/** Phases in which a deployment may have been handed over and not be done. */
const AT_WORK: readonly Phase[] = ['ready', 'canary', 'rolling-out'];
/** Whoever looks is not kept waiting by a runner that does not answer. */
const ASK_MS = 4000;
/** What was asked for last comes first. */
const ROUNDS: readonly Round[] = ['abort', 'promote', 'forward'];

/** A run that was handed over, for `relctl status`. */
export type HandedOver = NonNullable<StatusData['runner']>;

/** How the run of a release stands that was handed over; `null` where none was, or where nobody can tell in time. */
export async function handedOver(
  context: Pick<ReadingContext, 'clock' | 'config' | 'runners'>,
  release: Release,
): Promise<HandedOver | null> {
  const { runners, config, clock } = context;
  const { plan, state } = release.journal;
  const { registered = {}, ...builtIn } = config.runner ?? {};
  const names = [...Object.keys(builtIn), ...Object.keys(registered)];
  if (runners === undefined || names.length === 0 || !AT_WORK.includes(state.phase)) return null;
  const rounds = state.phase === 'ready' ? (['forward'] as const) : ROUNDS;
  const ask = async (): Promise<HandedOver | null> => {
    for (const name of names) {
      const runner = runners(name);
      const runs = await Promise.all(rounds.map((round) => runner.find(workRefOf(plan.id, state, round))));
      const found = runs.find((run) => run !== undefined && run.state.phase !== 'ended') ?? runs.find(Boolean);
      // One that ended well has nothing to say that is not recorded.
      if (found !== undefined && !(found.state.phase === 'ended' && found.state.ok)) return told(plan.id, name, found);
    }
    return null;
  };
  const patience = new AbortController();
  try {
    return await Promise.race([ask(), clock.sleep(ASK_MS, patience.signal).then(() => null)]);
  } catch (error) {
    if (error instanceof RelctlError) return null;
    throw error;
  } finally {
    patience.abort();
  }
}

function told(id: string, name: string, { title, askedBy, state }: RemoteRun): HandedOver {
  const lives = state.phase === 'running' || (state.phase === 'waiting' && !state.stuck);
  const reason = state.phase === 'running' ? null : state.reason;
  const by = askedBy === undefined ? '' : `, asked for by ${askedBy}`;
  const out = reason === null || lives ? undefined : wayOut(reason);
  const how = { running: 'carries it on', waiting: 'waits', ended: 'has ended' }[state.phase];
  return {
    runner: name,
    run: title,
    askedBy: askedBy ?? null,
    state: state.phase,
    lives,
    reason,
    sentence: `${title}${by}, ${how}: ${state.detail}${out === undefined ? '' : `. ${out}`}`,
    attach: command`relctl deploy ${id} --runner ${name}`,
  };
}

/** The line of a status. */
export function handedOverCheck({ lives, sentence }: HandedOver): Check {
  return { state: lives ? 'pending' : 'warning', text: sentence };
}

/** What can be done about a run that lives: to look at it, from anywhere, or to end it. */
export function whileHandedOver(id: string, { runner, attach }: HandedOver): readonly NextAction[] {
  return [
    { who: 'anybody', command: attach, why: 'attaches to it; Ctrl-C detaches' },
    {
      who: 'Operations',
      command: command`relctl deploy ${id} --abort --runner ${runner}`,
      why: 'ends it and takes the release out of production',
    },
  ];
}
