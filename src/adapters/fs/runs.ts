import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunIdentity, Runs } from '../../ports/runs.ts';
import { writeAtomically } from './atomic-write.ts';
import { REAL_FILES } from './file-operations.ts';

/**
 * Runs of this machine, as small files in the folder `runs` of the state. A process is told from a later one with the same id by the time it
 * started, as Linux counts it; elsewhere the id alone must do.
 * @param folder absolute path of the folder for relctl's local state
 * @param more what else is known of this process
 */
export async function createRuns(folder: string, more: Partial<RunIdentity> = {}): Promise<Runs> {
  const started = await startTime(process.pid);
  const self: RunIdentity = {
    host: hostname(),
    pid: process.pid,
    token: `${started ?? 'x'}-${randomBytes(6).toString('hex')}`,
    ...more,
  };
  const fileOf = (release: string) => join(folder, 'runs', `${release}.json`);
  return {
    self,
    async begin(release) {
      const path = fileOf(release);
      await writeAtomically(REAL_FILES, {
        path,
        shown: path,
        content: `${JSON.stringify(self)}\n`,
        placement: 'replace',
      });
    },
    async end(release) {
      if ((await readRun(fileOf(release)))?.token === self.token) await rm(fileOf(release), { force: true });
    },
    find: (release) => readRun(fileOf(release)),
    async liveness(run) {
      if (run.host !== self.host) return 'unknown';
      if (!isRunning(run.pid)) return 'dead';
      const since = run.token.split('-')[0];
      const now = await startTime(run.pid);
      return now === undefined || since === 'x' || since === now ? 'alive' : 'dead';
    },
  };
}

async function readRun(path: string): Promise<RunIdentity | undefined> {
  try {
    const run = JSON.parse(await readFile(path, 'utf8')) as Partial<RunIdentity>;
    return typeof run.host === 'string' && typeof run.pid === 'number' && typeof run.token === 'string'
      ? { host: run.host, pid: run.pid, token: run.token }
      : undefined;
  } catch {
    // No file, or a torn one: then nobody is known to be at work.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat: clock ticks between boot and the start of the process. A zombie counts as ended. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}
