import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';

/** A lock of another machine, or one whose holder cannot be asked after, counts as left behind after this long. */
const STALE_MS = 60_000;
/** How long a writer waits for another one; writing takes milliseconds. */
const WAIT_MS = 10_000;
const SUFFIX = '.lock';

/** A held lock. */
interface WriteLock {
  /** True while nobody took the lock for left behind, as may happen to a process that was stopped for a minute. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/** Who of this process waits for a lock last, by its folder and name. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Does some work under the lock of a name within a folder, so that one process at a time compares and swaps. Works of one process wait in turn:
 * those that contend step back and come again at random, and of twenty regions that record at once the last one would not get in for longer than
 * anybody waits.
 * @param work gets a check that the lock is still held, as it may not be in a process that was stopped for a minute
 * @throws RelctlError `plan.write-failed` when a living process holds it for longer than ten seconds; and what the work throws
 */
export function underWriteLock<T>(
  { folder, name, shown }: { readonly folder: string; readonly name: string; readonly shown: string },
  work: (held: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const key = join(folder, name);
  const locked = async (): Promise<T> => {
    const lock = await takeWriteLock(folder, name, shown);
    try {
      return await work(lock.held);
    } finally {
      await lock.release();
    }
  };
  const done = (turns.get(key) ?? Promise.resolve()).then(locked);
  const over = done
    .catch(() => undefined)
    .finally(() => {
      if (turns.get(key) === over) turns.delete(key);
    });
  turns.set(key, over);
  return done;
}

/**
 * Takes the lock of a name within a folder.
 *
 * Every contender makes a file of its own (its name tells process, start and machine) and *then* looks at the others. It
 * goes in only when it sees no other living one; so of two that go in, the later look would have seen the earlier file.
 * Nobody ever removes a file under a name that a living process could hold: a dead holder's file has a name that no one
 * else will use. That is why no lock ever needs removing by hand.
 *
 * @throws RelctlError `plan.write-failed` when a living process holds it for longer than ten seconds
 */
async function takeWriteLock(folder: string, name: string, shown: string): Promise<WriteLock> {
  await mkdir(folder, { recursive: true });
  const nonce = randomBytes(6).toString('hex');
  const mine = [name, process.pid, await startOf(process.pid), machine(), nonce].join('~') + SUFFIX;
  const path = join(folder, mine);
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    await writeFile(path, '', { flag: 'wx' });
    const rival = await settle(folder, name, mine);
    if (rival === undefined) break;
    if (Date.now() > deadline) {
      await unlink(path).catch(() => undefined);
      throw heldByOther(rival, shown);
    }
  }
  return {
    held: async () => (await stat(path).catch(() => undefined)) !== undefined,
    release: () => unlink(path).catch(() => undefined),
  };
}

/**
 * Looks at the other contenders. The one with the smallest name stays and looks again; the others step back and come
 * again after a short, uneven pause.
 * @returns a living rival before whom this contender stepped back, or `undefined` when it may go in
 */
async function settle(folder: string, name: string, mine: string): Promise<string | undefined> {
  for (let looks = 0; ; looks += 1) {
    const rivals = await livingRivals(folder, name, mine);
    const first = rivals[0];
    if (first === undefined) return undefined;
    if (first < mine || looks > 200) {
      await unlink(join(folder, mine)).catch(() => undefined);
      await pause();
      return first;
    }
    await pause();
  }
}

async function livingRivals(folder: string, name: string, mine: string): Promise<readonly string[]> {
  const living: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (file === mine || !file.startsWith(`${name}~`) || !file.endsWith(SUFFIX)) continue;
    if (await isAlive(folder, file)) living.push(file);
    else await unlink(join(folder, file)).catch(() => undefined);
  }
  return living;
}

async function isAlive(folder: string, file: string): Promise<boolean> {
  const [, pid = '', start = '', host = ''] = file.slice(0, -SUFFIX.length).split('~');
  const found = await stat(join(folder, file)).catch(() => undefined);
  if (found === undefined) return false;
  const old = Date.now() - found.mtimeMs > STALE_MS;
  if (host !== machine()) return !old;
  if (!processExists(Number(pid))) return false;
  // Where the start of a process can be read, a reused process id cannot keep a lock alive; elsewhere age decides.
  const now = await startOf(Number(pid));
  return start === '0' || now === '0' ? !old : now === start;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * Start of a process in clock ticks since boot (field 22 of /proc/<pid>/stat, see proc(5)); `0` where that cannot be read,
 * `ended` when the process has ended but its parent has not noticed yet (states Z and X).
 */
async function startOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name stands in parentheses and may hold spaces: fields are counted after its end.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '0');
}

function machine(): string {
  return hostname().replace(/[^A-Za-z0-9.-]/g, '_') || 'unnamed';
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 8));
}

function heldByOther(rival: string, shown: string): RelctlError {
  const [, pid = '?', , host = '?'] = rival.split('~');
  return new RelctlError('plan.write-failed', `${shown} is being written by process ${pid} on ${host}`, {
    place: { file: shown },
    why: 'Writing takes milliseconds, so that process hangs or is stopped; nothing was written.',
    hints: [command`ps -o pid,stat,args -p ${pid}`, 'run the command again when that process has ended'],
    data: { pid: Number(pid), host },
  });
}
