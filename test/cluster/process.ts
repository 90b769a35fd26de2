import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program that a test started. It is ended by its id, at the latest when the test process is gone. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves with the exit code, or `null` after a signal. Never rejects. */
  readonly exited: Promise<number | null>;
  /** Sends its process group SIGTERM, then SIGKILL after `graceMs` (2 s when left out), and waits for the end. */
  stop(graceMs?: number): Promise<void>;
  /** Sends its process group SIGKILL. */
  kill(): void;
  /** Last characters of what it wrote, for messages. */
  logTail(): string;
}

/** What starting a program may set. */
export interface StartOptions {
  /** File that takes stdout and stderr; it is appended to. */
  readonly log: string;
  /** The whole environment of the program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Opens Node's message channel, for programs that are Node scripts. */
  readonly ipc?: boolean;
}

/** Starts a program with an argument list. Rejects when it cannot be started. */
export async function startProgram(program: string, args: readonly string[], options: StartOptions): Promise<Running> {
  const log = openSync(options.log, 'a');
  const child = spawn(program, [...args], {
    stdio: ['ignore', log, log, ...(options.ipc ? (['ipc'] as const) : [])],
    // A group of its own: Ctrl-C in the terminal must reach the test runner alone, which then stops what it started.
    detached: true,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  guard(`+${pid}`);
  void exited.then(() => guard(`-${pid}`));
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    child,
    exited,
    kill: () => signalGroup(pid, 'SIGKILL'),
    logTail: () => readFileSync(options.log, 'utf8').slice(-2000),
    async stop(graceMs = 2000) {
      if (gone()) return;
      signalGroup(pid, 'SIGTERM');
      const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** A program leads a group of its own, so this reaches what it started too, and nothing else. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in this very moment.
  }
}

/**
 * The guardian: a shell that is told which programs run and kills them when its input ends, which also happens when the test
 * process is killed. Without it a killed test run would leave etcd and its friends behind.
 */
const GUARDIAN = `pids=
while read -r line; do
  case $line in
    +*) pids="$pids \${line#+}" ;;
    -*) kept=; for p in $pids; do [ "$p" = "\${line#-}" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -s KILL -- "-$p" 2>/dev/null; done`;

let guardian: ChildProcess | undefined;

function guard(line: string): void {
  if (guardian === undefined) {
    guardian = spawn('/bin/sh', ['-c', GUARDIAN], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.unref();
    (guardian.stdin as unknown as { unref(): void } | null)?.unref();
    guardian.stdin?.on('error', () => undefined);
  }
  guardian.stdin?.write(`${line}\n`);
}
