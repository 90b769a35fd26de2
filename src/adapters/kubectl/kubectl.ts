import { setTimeout as delay } from 'node:timers/promises';
import { RelctlError } from '../../errors.ts';
import { type ExecResult, exec } from '../exec.ts';
import { KubectlFailure, readFailure } from './failure.ts';

/** Which cluster and namespace, and how to reach it. */
export interface KubectlTarget {
  /** The program; `kubectl` on the PATH when left out. */
  readonly kubectl?: string;
  /** Kubeconfig file; kubectl's own search when left out. */
  readonly kubeconfig?: string;
  readonly context: string;
  readonly namespace: string;
  /** Wall-clock deadline of one kubectl call in milliseconds; {@link DEFAULT_DEADLINE_MS} when left out. */
  readonly deadline?: number;
}

/** kubectl, pinned to one context and namespace. */
export interface Kubectl {
  /** Runs it once; a non-zero exit is a {@link KubectlFailure}, silence until the deadline too. Errors: `tool.missing`. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Like `run`, for what only reads: repeats a few times what may succeed next time. */
  read(args: readonly string[]): Promise<string>;
  /** Runs it once and gives the exit code too; for `kubectl diff`, which answers with it. */
  raw(args: readonly string[], input?: string): Promise<ExecResult>;
  /** Waits before another try: 0.2 s, 0.6 s, 1.8 s … */
  pause(tries: number): Promise<void>;
  /** The command line that a person would type. */
  commandLine(args: readonly string[]): string;
}

/** Long enough for a busy API server, whose own limit is 60 s for a request but who answers within one as a rule. */
export const DEFAULT_DEADLINE_MS = 30_000;
const READ_TRIES = 3;
const RETRIED: ReadonlySet<string> = new Set(['throttled', 'unsent', 'unknown']);

/**
 * What the user's environment may not change: which diff is used, in which language it writes, and defaults that a kuberc
 * file would add to our flags.
 */
const ENVIRONMENT = { KUBECTL_EXTERNAL_DIFF: '', KUBECTL_KUBERC: 'false', LC_ALL: 'C' };

/** Binds kubectl to a target. Nothing is run yet. */
export function bindKubectl(target: KubectlTarget): Kubectl {
  const program = target.kubectl ?? 'kubectl';
  const timeout = target.deadline ?? DEFAULT_DEADLINE_MS;
  const pinned = [
    ...(target.kubeconfig === undefined ? [] : [`--kubeconfig=${target.kubeconfig}`]),
    `--context=${target.context}`,
    `--namespace=${target.namespace}`,
  ];

  async function raw(args: readonly string[], input?: string): Promise<ExecResult> {
    try {
      const options = { timeout, env: ENVIRONMENT, ...(input === undefined ? {} : { input }) };
      const result = await exec(program, [...pinned, ...args], options);
      if (result.exitCode === null) throw new KubectlFailure('unknown', `${program} was ended by a signal`);
      return result;
    } catch (error) {
      if (!(error instanceof RelctlError) || error.code !== 'tool.timeout') throw error;
      throw new KubectlFailure('unknown', error.message, error);
    }
  }

  async function run(args: readonly string[], input?: string): Promise<string> {
    const result = await raw(args, input);
    if (result.exitCode !== 0) throw readFailure(result.stderr);
    return result.stdout;
  }

  const pause = async (tries: number): Promise<void> => {
    await delay(200 * 3 ** (tries - 1));
  };

  async function read(args: readonly string[]): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await run(args);
      } catch (error) {
        const overdue = error instanceof KubectlFailure && error.cause !== undefined;
        const again = error instanceof KubectlFailure && RETRIED.has(error.failure) && !overdue;
        if (!again || tries === READ_TRIES) throw error;
        await pause(tries);
      }
    }
  }

  return { run, read, raw, pause, commandLine: (args) => [program, ...pinned, ...args].join(' ') };
}
