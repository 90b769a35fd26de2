import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { type WorldState, worldSchema } from './world-state.ts';

/**
 * The state file: read whole, replaced whole. A crash leaves the old file or the new one; two processes take turns by a
 * lock file beside it, which is taken over when its process is gone.
 */

/** How long to wait for another process, in milliseconds of real time: each holds the lock for a few. */
const PATIENCE_MS = 10_000;

/** What tells one content of the file from another without reading it; `undefined` when there is no file. */
export function stampOf(file: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/** Reads a state file; `undefined` when there is none. Errors: `sandbox.state` when it is not one. */
export function readWorld(file: string): WorldState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw unusable(file, 'cannot be read', error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(file, 'is not JSON', error);
  }
  const result = worldSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw unusable(file, `has the wrong shape at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`, undefined);
}

/**
 * Puts another state in place of the file: whoever is killed leaves the state before or this one. Nothing is synchronised with
 * the disk, because each step of the virtual clock is a write, and a simulated company may be lost in a power failure.
 * Errors: `sandbox.state`.
 */
export function writeWorld(file: string, state: WorldState): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(state)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unusable(file, 'could not be written', error);
  }
}

/** Makes the folder that the file lies in. Errors: `sandbox.state`. */
export function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw unusable(file, 'could not be written', error);
  }
}

/** Does something while no other process does it to the same file. */
export function withLock<T>(file: string, work: () => T): T {
  const lock = `${file}.lock`;
  const began = performance.now();
  while (!tryLock(lock)) {
    if (isAbandoned(lock)) removeAbandoned(lock);
    else if (performance.now() - began > PATIENCE_MS) throw unusable(file, 'is held by another process', undefined);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    const descriptor = openSync(lock, 'wx', 0o600);
    writeSync(descriptor, `${process.pid} ${hostname()}`);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw unusable(lock, 'could not be written', error);
  }
}

/** Of several who see that a lock was left behind, one removes it, and none removes the lock that comes after it. */
function removeAbandoned(lock: string): void {
  const marker = `${lock}.takeover`;
  if (!tryLock(marker)) {
    if (ageOf(marker) > PATIENCE_MS) rmSync(marker, { force: true });
    return;
  }
  try {
    if (isAbandoned(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(marker, { force: true });
  }
}

/** Milliseconds since a file was written; 0 when it is not there. */
function ageOf(file: string): number {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written === undefined ? 0 : Date.now() - written;
}

/** True when the process that holds the lock is gone, or when it was too short-lived to say who it is. */
function isAbandoned(lock: string): boolean {
  try {
    const [pid = '', host = ''] = readFileSync(lock, 'utf8').split(' ');
    if (host === '') return ageOf(lock) > 1000;
    if (host !== hostname()) return ageOf(lock) > PATIENCE_MS;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH';
  }
}

function unusable(file: string, problem: string, cause: unknown): RelctlError {
  return new RelctlError('sandbox.state', `the sandbox's state file ${file} ${problem}`, {
    place: { file },
    why: 'It holds the whole simulated company; nothing real is lost with it.',
    hints: [command`rm -- ${file}`, 'relctl sandbox reset'],
    ...(cause === undefined ? {} : { cause }),
  });
}
