import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheHome } from './state.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What a finished process left behind. */
export interface Finished {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is run. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for node itself, before the program. */
  readonly node?: readonly string[];
  readonly input?: string;
  /** Milliseconds after which a hanging process is killed, so that the test fails and does not hang. */
  readonly timeout?: number;
  /** Gets the process once it runs, so that a test can kill this one at a moment of its own. */
  readonly started?: (child: ChildProcess) => void;
}

/** relctl as its package installs it: away from the sources, with nothing but what the package holds. */
export interface Installed {
  readonly root: string;
  readonly program: string;
  run(args: readonly string[], options: ProcessOptions): Promise<Finished>;
  remove(): void;
}

/** Copies what the package holds into a folder of its own, so that a build that goes on meanwhile changes nothing. */
export function installRelctl(): Installed {
  const root = mkdtempSync(join(tmpdir(), 'relctl-installed-'));
  for (const part of ['bin', 'dist', 'templates', 'package.json']) {
    cpSync(join(PROJECT, part), join(root, part), { recursive: true });
  }
  const program = join(root, 'bin', 'relctl.js');
  return {
    root,
    program,
    run: (args, options) => runNode([...(options.node ?? []), program, ...args], { ...options, cache: root }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Runs node without a terminal and with an environment of its own, so that the host's settings change nothing. */
async function runNode(
  args: readonly string[],
  options: ProcessOptions & { readonly cache: string },
): Promise<Finished> {
  const child = spawn(process.execPath, [...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: options.cwd,
      XDG_CACHE_HOME: cacheHome(options.cwd),
      LANG: 'C.UTF-8',
      GIT_CONFIG_NOSYSTEM: '1',
      // Nobody sits here; what asks is tested with an empty one.
      RELCTL_TRUST_COMMANDS: '1',
      NODE_COMPILE_CACHE: join(options.cache, 'compile-cache'),
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  options.started?.(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr] = [textOf(child, 'stdout'), textOf(child, 'stderr')];
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 60_000);
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve([code, by]));
    });
    return { exitCode, signal, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
  }
}

function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  child[stream]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
