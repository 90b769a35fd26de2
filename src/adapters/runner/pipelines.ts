import { setTimeout as delay } from 'node:timers/promises';
import { jobName } from '../../domain/runner/names.ts';
import { writeWork } from '../../domain/runner/work-text.ts';
import { RelctlError } from '../../errors.ts';
import type { RemoteRun, Runner, RunState, Work } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { ForgeIo } from '../forge/command-line.ts';

/** Runs of a workflow of a forge, as far as a runner needs them. Errors: `runner.failed`. */
export interface Pipelines {
  /** As in `--runner`. */
  readonly name: 'github' | 'gitlab';
  /** The newest run with this name. */
  find(key: string): Promise<PipelineRun | undefined>;
  /** Asks for a run; it may take a while until it can be found. */
  dispatch(key: string, inputs: Inputs): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Lines that its job has printed so far; none where the forge gives them only when it has ended. */
  log(id: string): Promise<readonly string[]>;
}

/** A run of a workflow. */
export interface PipelineRun {
  readonly id: string;
  readonly url: string;
  readonly state: RunState;
}

/** What a workflow is told, by the names of its inputs; as variables they are written in capitals behind `RELCTL_`. */
export interface Inputs {
  readonly release: string;
  readonly key: string;
  readonly work: string;
  readonly asked_by: string;
  readonly records: string;
}

/** What the pipelines of a forge are asked through. */
export interface PipelineIo extends ForgeIo {
  /** Milliseconds between two looks; {@link LOOK_MS} when left out. */
  readonly every?: number;
}

const LOOK_MS = 5000;
/** A forge shows a run that was asked for within seconds. */
const APPEARS_LOOKS = 24;

/**
 * A runner of a forge. A run is found by its name, which says what it is for. A forge makes two runs of a name if two people ask at the same
 * moment: the concurrency group of the workflow has the second one wait, and it then finds its work done.
 */
export function pipelineRunner(pipelines: Pipelines, io: PipelineIo, namespace: string): Runner {
  const { name } = pipelines;
  const { every = LOOK_MS } = io;
  const runOf = (key: string, { id, url, state }: PipelineRun): RemoteRun => ({
    title: `${name} run ${key}`,
    key: `${key} ${id}`,
    askedBy: undefined,
    state,
    look: url,
    url,
  });
  const keyOf = (work: Pick<Work, 'release' | 'attempt' | 'round'>) => jobName(work, namespace);

  async function find(key: string): Promise<RemoteRun | undefined> {
    const found = await pipelines.find(key);
    return found === undefined ? undefined : runOf(key, found);
  }

  return {
    name,
    isHearsay: true,
    find: (work) => find(keyOf(work)),
    async start(work) {
      const key = keyOf(work);
      const before = (await pipelines.find(key))?.id;
      const { release, askedBy, records } = work;
      await pipelines.dispatch(key, { release, key, work: writeWork(work), asked_by: askedBy, records });
      for (let looks = 1; looks <= APPEARS_LOOKS; looks += 1) {
        const found = await pipelines.find(key);
        if (found !== undefined && found.id !== before) return runOf(key, found);
        await delay(every);
      }
      throw new RelctlError('runner.failed', `${name} took the request and shows no run ${key}`, {
        why: 'It may still begin; then the same command attaches to it.',
        hints: [`${command`relctl deploy ${release}`} --runner ${name}`],
      });
    },
    async end(run) {
      const [key = '', id = ''] = run.key.split(' ');
      await pipelines.cancel(id);
      for (;;) {
        const now = await pipelines.find(key);
        if (now === undefined || now.id !== id || now.state.phase === 'ended') return;
        await delay(every);
      }
    },
    async *follow(run, signal) {
      const [key = '', id = ''] = run.key.split(' ');
      let told = '';
      let lines = 0;
      while (!signal.aborted) {
        const now = await pipelines.find(key);
        if (now === undefined) return;
        const current = runOf(key, now);
        const { state } = current;
        if (state.phase !== 'waiting') {
          const log = await pipelines.log(id);
          for (const text of log.slice(lines)) yield { kind: 'line', text };
          lines = Math.max(lines, log.length);
        }
        if (JSON.stringify(state) !== told) yield { kind: 'state', run: current };
        told = JSON.stringify(state);
        if (state.phase === 'ended') return;
        await delay(every, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/** `runner.failed`, with what the tool said. */
export function pipelineFailure(name: Pipelines['name'], what: string, reason: string): RelctlError {
  const tool = name === 'github' ? 'gh' : 'glab';
  return new RelctlError('runner.failed', `${what}: ${reason}`, {
    why: `Workflows are asked through ${tool}, with the login that it has.`,
    hints: [command`${tool} auth status`, 'docs/runner.md says what has to be set up'],
  });
}

/** Only relctl's own lines of a log: a forge prints what its runner does around them. */
export function ownLines(log: string, withoutStamp: (line: string) => string): readonly string[] {
  return log
    .split('\n')
    .map((line) => withoutStamp(line.replace(/\r$/, '')))
    .filter((line) => line.startsWith('{"type":"'));
}
