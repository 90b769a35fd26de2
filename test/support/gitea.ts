import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestInCache } from '../cluster/assets.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { type Running, startProgram } from '../cluster/process.ts';

/** A real Gitea on loopback, with its data in a folder of its own. */
export interface Gitea {
  readonly url: string;
  readonly version: string;
  /** Makes a user who logs in with this password. */
  addUser(login: string, admin?: boolean): void;
  password(login: string): string;
  /** Calls the API as a user; throws on anything but a success. */
  call<T = unknown>(login: string, method: string, path: string, body?: unknown): Promise<T>;
  /** The URL to clone and push with, as a user. */
  remote(login: string, repository: string): string;
  stop(): Promise<void>;
}

/** The folder with gitea and its templates; `undefined` where it was never built. */
export function findGitea(): string | undefined {
  try {
    return newestInCache('gitea', ['gitea', 'templates', 'options'], 'scripts/setup-gitea.sh');
  } catch {
    return undefined;
  }
}

export async function startGitea(folder: string): Promise<Gitea> {
  const home = mkdtempSync(join(tmpdir(), 'relctl-gitea-'));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = join(home, 'app.ini');
  writeFileSync(config, settings(folder, home, port));
  const program = join(folder, 'gitea');
  const env = { PATH: process.env.PATH ?? '', HOME: home, USER: 'root' };
  const give = (...args: string[]) =>
    execFileSync(program, ['--config', config, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  give('migrate');
  const running = await startProgram(program, ['--config', config, 'web'], { log: join(home, 'log'), env });
  const version = await answering(url, running);
  const password = (login: string) => `secret-of-${login}-1`;
  return {
    url,
    version,
    password,
    addUser(login, admin = false) {
      const mail = `${login}@example.com`;
      const given = ['--username', login, '--password', password(login), '--email', mail];
      give('admin', 'user', 'create', ...given, '--must-change-password=false', ...(admin ? ['--admin'] : []));
    },
    async call<T>(login: string, method: string, path: string, body?: unknown) {
      const authorization = `Basic ${Buffer.from(`${login}:${password(login)}`).toString('base64')}`;
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status}: ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    remote: (login, repository) => `http://${login}:${password(login)}@127.0.0.1:${port}/${repository}.git`,
    async stop() {
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until it answers, and says its version. */
async function answering(url: string, running: Running): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (running.child.exitCode !== null) break;
    const answer = await fetch(`${url}/api/v1/version`).catch(() => undefined);
    if (answer?.ok === true) return ((await answer.json()) as { version: string }).version;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`gitea does not answer: ${running.logTail()}`);
}

function settings(folder: string, home: string, port: number): string {
  return `RUN_USER = ${process.env.USER ?? 'root'}
RUN_MODE = prod
WORK_PATH = ${home}/work
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = ${folder}
[database]
DB_TYPE = sqlite3
PATH = ${home}/gitea.db
[repository]
ROOT = ${home}/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
[service]
DISABLE_REGISTRATION = true
[log]
MODE = console
LEVEL = warn
[actions]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[session]
PROVIDER = memory
`;
}
