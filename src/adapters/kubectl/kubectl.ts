import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { type ExecResult, exec } from '../exec.ts';
import { RequestFailure, readFailure } from './failure.ts';
import { repeating } from './repeat.ts';

/** Which cluster and namespace, and how to reach it. */
export interface KubectlTarget {
  /** The program; `kubectl` on the PATH when left out. */
  readonly kubectl?: string;
  /** Kubeconfig file; kubectl's own search when left out. */
  readonly kubeconfig?: string;
  readonly context: string;
  readonly namespace: string;
  /** Wall-clock deadline of one request in milliseconds; {@link DEFAULT_DEADLINE_MS} when left out. */
  readonly deadline?: number;
  /** How requests are made; over a connection when left out, where there can be one. */
  readonly by?: 'connection' | 'single-calls';
  /** Is told, once, why there is no connection. */
  readonly onFallback?: (why: string) => void;
  /** See `ConnectionOptions.patience`. */
  readonly patience?: number;
}

/** kubectl, pinned to one context and namespace. */
export interface Kubectl {
  /** Runs it once; a non-zero exit is a {@link RequestFailure}, silence until the deadline and too long an answer too. Errors: `tool.missing`. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Like `run`, for what only reads: repeats a few times what may succeed next time. */
  read(args: readonly string[]): Promise<string>;
  /** Runs it once and gives the exit code too; for `kubectl diff`, which answers with it. */
  raw(args: readonly string[], input?: string): Promise<ExecResult>;
  /** The command line that a person would type. */
  commandLine(args: readonly string[]): string;
}

/** Long enough for a busy API server, whose own limit is 60 s for a request but who answers within one as a rule. */
export const DEFAULT_DEADLINE_MS = 30_000;

/** Errors after which nobody knows whether the server did what it was asked. */
const NO_ANSWER: ReadonlySet<string> = new Set(['tool.timeout', 'tool.failed']);

/**
 * What the user's environment may not change: which diff is used, in which language it writes, and defaults that a kuberc
 * file would add to our flags.
 */
export const ENVIRONMENT = { KUBECTL_EXTERNAL_DIFF: '', KUBECTL_KUBERC: 'false', LC_ALL: 'C' };

/** The flags that pin every kubectl to the target. */
export function pinnedTo(target: KubectlTarget): readonly string[] {
  return [
    ...(target.kubeconfig === undefined ? [] : [`--kubeconfig=${target.kubeconfig}`]),
    `--context=${target.context}`,
    `--namespace=${target.namespace}`,
  ];
}

/** Binds kubectl to a target. Nothing is run yet. */
export function bindKubectl(target: KubectlTarget): Kubectl {
  const program = target.kubectl ?? 'kubectl';
  const timeout = target.deadline ?? DEFAULT_DEADLINE_MS;
  const pinned = pinnedTo(target);

  async function raw(args: readonly string[], input?: string): Promise<ExecResult> {
    try {
      const options = { timeout, env: ENVIRONMENT, ...(input === undefined ? {} : { input }) };
      const result = await exec(program, [...pinned, ...args], options);
      if (result.exitCode === null) throw new RequestFailure('unknown', `${program} was ended by a signal`);
      return result;
    } catch (error) {
      if (!(error instanceof RelctlError) || !NO_ANSWER.has(error.code)) throw error;
      throw new RequestFailure('unknown', error.message, { cause: error });
    }
  }

  async function run(args: readonly string[], input?: string): Promise<string> {
    const result = await raw(args, input);
    if (result.exitCode !== 0) throw readFailure(result.stderr);
    return result.stdout;
  }

  return {
    run,
    read: (args) => repeating(() => run(args)),
    raw,
    commandLine: (args) => command`${[program, ...pinned, ...args]}`,
  };
}
