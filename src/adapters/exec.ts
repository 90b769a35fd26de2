import { RelctlError } from '../errors.ts';

/** How a program ended. */
export interface ExecResult {
  /** `null` when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a call may set. */
export interface ExecOptions {
  /** Wall-clock deadline in milliseconds; when it passes, the whole process group is killed. */
  readonly timeout: number;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keep at most this many characters of each stream. */
  readonly maxBuffer?: number;
  /** `latin1` keeps every byte as one character, for output that is cut by byte counts; UTF-8 otherwise. */
  readonly encoding?: 'utf8' | 'latin1';
}

/** How long a killed group may take to close its pipes. */
const REAP_MS = 2000;

/**
 * Runs a program with an argument list; never a shell. The only place that starts processes.
 *
 * The program leads its own process group: so that a deadline ends its children too (a hung credential plugin survives
 * kubectl's own time-out), and so that Ctrl-C reaches relctl alone, which then decides.
 *
 * @throws RelctlError `tool.missing`, `tool.timeout`. A non-zero exit is a result, not an error.
 */
export async function exec(program: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  // Imported with the first program: commands that only read start none, and execa is the largest part of a start.
  const { execa } = await import('execa');
  const child = execa(program, [...args], {
    reject: false,
    stripFinalNewline: false,
    detached: true,
    cleanup: true,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    maxBuffer: options.maxBuffer ?? 64 * 1024 * 1024,
    encoding: options.encoding ?? 'utf8',
  });
  let timedOut = false;
  let overdue: NodeJS.Timeout | undefined;
  const deadline = new Promise<'overdue'>((resolve) => {
    overdue = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
      setTimeout(() => resolve('overdue'), REAP_MS).unref();
    }, options.timeout);
  });
  const killOnExit = () => killGroup(child.pid);
  process.once('exit', killOnExit);
  try {
    const result = await Promise.race([child, deadline]);
    if (timedOut || result === 'overdue') {
      throw new RelctlError('tool.timeout', `${program} did not answer within ${options.timeout / 1000} s`, {
        why: 'It was ended together with everything that it had started.',
        hints: [`try it by hand: ${[program, ...args].join(' ')}`],
        data: { program, args },
      });
    }
    if (result.failed && result.exitCode === undefined && result.signal === undefined) {
      throw startFailure(program, result.cause ?? result);
    }
    return {
      exitCode: result.exitCode ?? null,
      stdout: String(result.stdout ?? ''),
      stderr: String(result.stderr ?? ''),
    };
  } finally {
    clearTimeout(overdue);
    process.removeListener('exit', killOnExit);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function startFailure(program: string, cause: unknown): RelctlError {
  const code = (cause as { code?: string }).code;
  return new RelctlError(
    'tool.missing',
    code === 'ENOENT'
      ? `${program} was not found on the PATH`
      : `${program} could not be started (${code ?? String(cause)})`,
    { why: 'relctl works through it.', hints: ['relctl doctor', `install ${program} and try again`], cause },
  );
}
