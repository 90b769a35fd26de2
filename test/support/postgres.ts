import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, haveBinaries } from './prometheus.ts';

/** A real PostgreSQL on a free loopback port, in a folder of its own. */
export interface PostgresServer {
  /** URL of the owner of everything. */
  readonly url: string;
  query(text: string): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

/** Debian's user `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const PASSWORD = 'correct-horse-battery';

/** Where Debian keeps the server's programs, a folder for each major version. */
const DEBIAN = '/usr/lib/postgresql';

/** A program of the server: Debian's newest, which is not on the PATH, or the one that is. */
function program(name: 'initdb' | 'postgres'): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find(existsSync) ?? name;
}

/** True when there is a server to start; see {@link haveBinaries}. */
export function havePostgres(): boolean {
  return haveBinaries(program('initdb'), program('postgres'));
}

/** Makes a cluster and starts it. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  chmodSync(folder, 0o700);
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  if (isRoot) chownSync(passwordFile, NOBODY, NOBODY);
  execFileSync(
    program('initdb'),
    ['-D', data, '-U', 'relctl', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync', '-E', 'UTF8'],
    {
      ...as,
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    },
  );
  const port = await freePort();
  const child = spawn(program('postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `postgres://relctl:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const query = async (text: string): Promise<readonly unknown[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await untilUp(child, query);
  return {
    url,
    query,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilUp(child: ChildProcess, query: (text: string) => Promise<unknown>): Promise<void> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString()}`.slice(-2000);
  });
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}: ${words}`);
    const up = await query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`postgres did not come up: ${words}`);
}
