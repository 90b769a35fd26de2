import type { Outcome } from '../../domain/outcome/outcome.ts';
import { readToldLine } from '../../domain/outcome/told-line.ts';
import { wayOut } from '../../domain/runner/ways-out.ts';
import { RelctlError } from '../../errors.ts';
import type { RemoteRun, Runner, RunState } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { type Attached, endBlocks, hearsay, recordedEnd } from './hearsay.ts';

/**
 * Shows what a run does as if it ran here, until it has ended or the person interrupts: then it goes on, and is attached to again by the
 * same command, from anywhere.
 * @returns what the run answered; its errors are thrown as its own
 * @throws RelctlError `runner.stuck` where it waits for somebody to do something, `runner.failed` where it was ended from outside
 */
export async function attach(context: Context, runner: Runner, run: RemoteRun, asked: Attached): Promise<Outcome> {
  const { sink, interruption } = context;
  const left = new AbortController();
  const signal = AbortSignal.any([interruption.signal, left.signal]);
  const restoreKeys = context.prompter.interactive ? interruption.takeKeys?.() : undefined;
  let said: ReturnType<typeof readToldLine> | undefined;
  let last = run;
  let worker: string | undefined;
  try {
    for await (const news of runner.follow(run, signal)) {
      if (news.kind === 'line') {
        const told = readToldLine(news.text);
        if (told.kind === 'progress') sink.emit(told.progress);
        else if (told.kind === 'text') sink.emit({ type: 'note', level: 'info', text: told.text });
        else said = told;
        continue;
      }
      last = news.run;
      // What a pod said that is no more is not the last word of the one that took its place.
      if (last.state.phase === 'running') {
        if (worker !== undefined && worker !== last.state.worker) said = undefined;
        worker = last.state.worker;
      }
      tell(context, last);
      if (last.state.phase === 'waiting' && last.state.stuck && !MAY_PASS.has(last.state.reason))
        throw stuck(last, asked);
    }
  } finally {
    left.abort();
    restoreKeys?.();
  }
  if (last.state.phase !== 'ended') return detached(last, asked);
  // Asked to end by Kubernetes, a run knows no more than that; its Job says why.
  if (said?.kind === 'error' && said.error.code !== 'answer.interrupted') {
    throw runner.isHearsay === true ? hearsay(said.error, last, asked) : said.error;
  }
  const saysDone = said === undefined ? last.state.ok : said.kind === 'outcome' && said.outcome.result === 'done';
  if (runner.isHearsay === true && saysDone) return recordedEnd(context, last, asked, said);
  if (said?.kind === 'outcome') return { ...said.outcome, blocks: endBlocks(last, asked.release) };
  if (last.state.ok) return silentEnd(last, asked);
  throw endedEarly(last, asked);
}

/** The first try to pull an image: what comes of the second is said within seconds. */
const MAY_PASS: ReadonlySet<string> = new Set(['ErrImagePull']);

function tell({ sink }: Pick<Context, 'sink'>, { title, state }: RemoteRun): void {
  if (state.phase === 'waiting') sink.emit({ type: 'waiting', subject: title, detail: state.detail });
  else if (state.phase === 'running') sink.emit({ type: 'note', level: 'info', text: `${title}: ${state.detail}` });
}

/** What is answered to somebody who does not look on any longer, or never did. */
export function detached({ title, look }: RemoteRun, { release, again }: Attached): Outcome {
  return {
    result: 'done',
    headline: `${title} goes on with ${release}; this terminal is detached from it`,
    blocks: [
      {
        kind: 'next',
        actions: [
          { who: 'anybody', command: again, why: 'attaches again, from any clone' },
          { who: 'anybody', command: command`relctl status ${release}` },
          { who: 'anybody', command: look, why: 'shows it in the cluster' },
        ],
      },
    ],
    data: { release, runner: title, attached: false },
  };
}

/** It ended well and its log is gone: what is recorded says the rest. */
function silentEnd(run: RemoteRun, { release }: Attached): Outcome {
  return {
    result: 'done',
    headline: `${run.title} has ended`,
    blocks: endBlocks(run, release),
    data: { release, runner: run.title, attached: false },
  };
}

function stuck({ title, state, look }: RemoteRun, { release, again }: Attached): RelctlError {
  const { reason, detail } = state as Extract<RunState, { phase: 'waiting' }>;
  return new RelctlError('runner.stuck', `${title} waits for somebody: ${detail}`, {
    why: `${wayOut(reason) ?? 'It does not get further by itself.'} Nothing is lost: what was recorded stands.`,
    hints: [look, again, command`relctl status ${release}`],
    data: { release, runner: title, reason, detail },
  });
}

function endedEarly({ title, state, look }: RemoteRun, { release, runner }: Attached): RelctlError {
  const { reason, detail } = state as Extract<RunState, { phase: 'ended' }>;
  return new RelctlError('runner.failed', `${title} has ended before the release was done: ${reason}: ${detail}`, {
    why: `${wayOut(reason) ?? 'Whatever it had begun stands still.'} Nothing is promoted by itself.`,
    hints: [
      command`relctl status ${release}`,
      command`relctl deploy ${release} --resume --runner ${runner}`,
      command`relctl deploy ${release} --abort`,
      look,
    ],
    data: { release, runner: title, reason, detail },
  });
}
