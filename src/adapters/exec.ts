import { constants } from 'node:buffer';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { formatCount, formatSpan } from '../text/figures.ts';
import { collect, TooMuch } from './collect.ts';

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
  /** Bytes that each stream may give; a program that gives more is ended, and there is no result. */
  readonly maxBuffer?: number;
  /** `latin1` keeps every byte as one character, for output that is cut by byte counts; UTF-8 otherwise. */
  readonly encoding?: 'utf8' | 'latin1';
}

/** What {@link ExecOptions.maxBuffer} is when left out. */
const MAX_BUFFER = 64 * 1024 * 1024;

/** How long a killed group may take to close its pipes. */
const REAP_MS = 2000;

/**
 * Runs a program with an argument list; never a shell. The only place that starts processes.
 *
 * The program leads its own process group: so that a deadline ends its children too (a hung credential plugin survives
 * kubectl's own time-out), and so that Ctrl-C reaches relctl alone, which then decides.
 *
 * @throws RelctlError `tool.missing`, `tool.timeout`; `tool.failed` where it gives more than `maxBuffer`. A non-zero exit is a result,
 * not an error.
 */
export async function exec(program: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  // Imported with the first program: commands that only read start none, and execa is the largest part of a start.
  const { execa } = await import('execa');
  const release = holdTermination();
  try {
    return await runWith(execa, program, args, options);
  } finally {
    release();
  }
}

async function runWith(
  execa: typeof import('execa')['execa'],
  program: string,
  args: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const child = execa(program, [...args], {
    reject: false,
    stripFinalNewline: false,
    detached: true,
    cleanup: true,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    // Collected here: execa would give the beginning of too long an output as the result, and repeats all output in its error.
    buffer: false,
  });
  // A longer text would be no string.
  const limit = Math.min(options.maxBuffer ?? MAX_BUFFER, constants.MAX_STRING_LENGTH);
  const started = child.then((result) => {
    if (!result.failed || result.exitCode !== undefined || result.signal !== undefined) return result;
    throw startFailure(program, result.cause ?? result);
  });
  const output = Promise.all([collect(child.stdout, limit), collect(child.stderr, limit)]).catch(async (error) => {
    // Pipes fail too where a program does not start; that it did not is what is told.
    if (!(error instanceof TooMuch)) await started;
    throw error;
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
  const forget = atExit(() => killGroup(child.pid));
  try {
    const whole = await Promise.race([Promise.all([started, output]), deadline]);
    if (timedOut || whole === 'overdue') {
      throw new RelctlError('tool.timeout', `${program} did not answer within ${formatSpan(options.timeout)}`, {
        why: 'It was ended together with everything that it had started.',
        hints: [command`try it by hand: ${[program, ...args]}`],
        data: { program, args },
      });
    }
    const [result, [stdout, stderr]] = whole;
    return {
      exitCode: result.exitCode ?? null,
      stdout: stdout.toString(options.encoding),
      stderr: stderr.toString(options.encoding),
    };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    killGroup(child.pid);
    throw tooMuch(program, args, error.limit);
  } finally {
    clearTimeout(overdue);
    forget();
  }
}

/** What is to be done when relctl exits: the programs that run now are ended. */
const atEnd = new Set<() => void>();
const doAll = () => {
  for (const act of [...atEnd]) act();
};

/** Has something done when relctl exits, by one listener however many programs run: Node warns of more than ten. */
function atExit(act: () => void): () => void {
  if (atEnd.size === 0) process.once('exit', doAll);
  atEnd.add(act);
  return () => {
    atEnd.delete(act);
    if (atEnd.size === 0) process.removeListener('exit', doAll);
  };
}

let running = 0;

/**
 * While programs run, SIGTERM ends them too: they lead groups of their own, so nobody else would. To be held before a program starts,
 * because a signal that comes between its start and this would end relctl at once, and leave the program to itself.
 * @returns what lets go of it
 */
function holdTermination(): () => void {
  running += 1;
  if (running === 1) process.on('SIGTERM', endAll);
  return () => {
    running -= 1;
    if (running === 0) process.removeListener('SIGTERM', endAll);
  };
}

function endAll(): void {
  // Somebody else decides how the run ends.
  if (process.listenerCount('SIGTERM') > 1) return;
  // Killed on exit.
  process.exit(143);
}

/** A program that stays while relctl works. */
export interface Attendant {
  /** Settles when it has ended, whoever ended it, with what it wrote to stderr. */
  readonly ended: Promise<string>;
  /** Ends it with all that it started. */
  stop(): void;
}

/** What an attendant needs. */
export interface AttendOptions {
  /** A folder of its own, which is removed when it ends. */
  readonly folder: string;
  /** What it prints to stdout when it is ready to work. */
  readonly ready: RegExp;
  /** Milliseconds until then, at most. */
  readonly timeout: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Waits for the end of relctl, which closes this shell's input however it comes, and then ends the group. The program is given as
 * arguments of the shell and never as text of it. Needs a POSIX `sh`; there is none on Windows.
 */
const ATTEND = [
  'folder=$1; shift',
  'command -v "$1" >/dev/null 2>&1 || exit 127',
  '"$@" & exec >&- 2>&-',
  'read -r _',
  'rm -f -- "$folder"/*; rmdir -- "$folder"; kill -9 0',
].join('\n');

/** How much of an attendant's stderr is kept. */
const WORDS_KEPT = 10_000;

/**
 * Starts a program that works beside relctl until it is stopped, and ends with relctl even where that is killed. It does not keep
 * relctl alive.
 * @returns once it is ready
 * @throws RelctlError `tool.missing`, `tool.timeout`; `tool.failed` with its stderr when it ends before it is ready
 */
export async function attend(program: string, args: readonly string[], options: AttendOptions): Promise<Attendant> {
  const child = spawn('sh', ['-c', ATTEND, 'sh', options.folder, program, ...args], {
    detached: true,
    stdio: 'pipe',
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
  });
  const stop = () => {
    forget();
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
    rmSync(options.folder, { recursive: true, force: true });
  };
  const forget = atExit(stop);
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS_KEPT);
  });
  // A pipe to what has gone is no news: `ended` tells.
  child.stdin.on('error', () => undefined);
  // The shell closed its own ends, so this one closes with the program.
  child.stdout.once('close', stop);
  const whole = new Promise<{ readonly cause?: unknown }>((resolve) => {
    child.once('error', (cause) => resolve({ cause }));
    child.once('close', (code) => resolve(code === 127 ? { cause: { code: 'ENOENT' } } : {}));
  });
  let overdue: NodeJS.Timeout | undefined;
  const ready = new Promise<'ready' | 'overdue'>((resolve) => {
    overdue = setTimeout(() => resolve('overdue'), options.timeout);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-WORDS_KEPT);
      if (options.ready.test(said)) resolve('ready');
    });
  });
  const first = await Promise.race([ready, whole]);
  clearTimeout(overdue);
  if (first !== 'ready') {
    stop();
    throw first === 'overdue'
      ? notReady(program, args, options.timeout)
      : endedEarly(program, args, words, first.cause);
  }
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Socket).unref();
  return { ended: whole.then(() => words.trim()), stop };
}

function notReady(program: string, args: readonly string[], timeout: number): RelctlError {
  return new RelctlError('tool.timeout', `${program} did not answer within ${formatSpan(timeout)}`, {
    why: 'It was ended together with everything that it had started.',
    hints: [command`try it by hand: ${[program, ...args]}`],
  });
}

function endedEarly(program: string, args: readonly string[], words: string, cause: unknown): RelctlError {
  if (cause !== undefined) return startFailure(program, cause);
  return new RelctlError('tool.failed', `${program} ended before it was ready: ${words.trim()}`, {
    why: 'It was to work beside relctl.',
    hints: [command`try it by hand: ${[program, ...args]}`],
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function tooMuch(program: string, args: readonly string[], limit: number): RelctlError {
  return new RelctlError('tool.failed', `${program} printed more than ${formatCount(limit)} bytes, and was ended`, {
    why: 'relctl reads the output of a program whole or not at all, and nothing was decided from a part of it.',
    hints: [command`try it by hand: ${[program, ...args]}`, 'have it print less, then give the same command again'],
    data: { program, args, limit },
  });
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
