import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '../../src/plan/config.ts';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { startHttpServer } from '../support/http-server.ts';
import type { Finished, Installed } from '../support/installed.ts';
import { SAMPLE_FILE, sampleHead } from '../support/sample-plan.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

/** The kinds of channels; `cdevents` is a webhook for programs. */
export const KINDS = ['command', 'webhook', 'slack', 'teams', 'smtp', 'cdevents'] as const;
export type Kind = (typeof KINDS)[number];

/** The other end of a channel: a server of the test's own. */
interface Receiver {
  /** What relctl.yaml says of it. */
  readonly channel: Partial<Channel>;
  readonly env: Readonly<Record<string, string>>;
  /** What came, each by what a receiver of this kind tells a repeated message by. */
  arrived(): readonly string[];
  stop(): Promise<void>;
}

/** How a server ends a delivery; one that is not ended stays without an answer. */
type Answer = (ok: boolean) => void;

/** A company on the real platform whose channels all lead to servers of the test. */
export interface NotificationLab {
  /** Works in a copy of the repository, in which nobody was told anything yet. */
  inCopy<T>(work: (copy: NotifiedCopy) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** One copy of the company's repository. */
export interface NotifiedCopy {
  readonly root: string;
  /** Runs relctl to its end. */
  run(args: readonly string[], options?: { node?: readonly string[]; env?: Record<string, string> }): Promise<Finished>;
  /** Runs relctl, which the server of a kind kills when it has the message, before it answers. */
  runUntilReceivedBy(kind: Kind, args: readonly string[]): Promise<Finished>;
  /** Runs relctl while the server of a kind refuses what it gets. */
  runRefusedBy(kind: Kind, args: readonly string[]): Promise<Finished>;
  /** What arrived for this copy, answered or not: each by what tells it from another message. */
  arrived(kind: Kind): readonly string[];
}

/** Gives what it reads to the server that its argument names, as a company's own hook would. */
const HOOK = `import { text } from 'node:stream/consumers';
const answer = await fetch(process.argv[2], { method: 'POST', body: await text(process.stdin) });
process.exitCode = answer.ok ? 0 : 1;
`;

/** Starts the servers and makes the repository, with a complete plan that nobody submitted yet. */
export async function openNotificationLab(relctl: Installed, kinds: readonly Kind[] = KINDS): Promise<NotificationLab> {
  let victim: { readonly kind: Kind; readonly child: ChildProcess } | undefined;
  /** Answers, or kills the process whose message it is and leaves it without an answer. */
  let refusing: Kind | undefined;
  const answerOf = (kind: Kind) => (answer: Answer) => {
    if (victim?.kind !== kind) return answer(kind !== refusing);
    victim.child.kill('SIGKILL');
    victim = undefined;
  };
  const receivers = Object.fromEntries(
    await Promise.all(kinds.map(async (kind) => [kind, await startReceiver(kind, answerOf(kind))] as const)),
  ) as Record<Kind, Receiver>;
  const git = companyWith({ notifications: kinds.map((kind) => receivers[kind].channel) });
  const secrets = Object.assign({}, ...kinds.map((kind) => receivers[kind].env)) as Record<string, string>;
  return {
    async inCopy(work) {
      const root = mkdtempSync(join(tmpdir(), 'relctl-notified-'));
      cpSync(git.root, root, { recursive: true });
      const before = new Map(kinds.map((kind) => [kind, receivers[kind].arrived().length]));
      const run: NotifiedCopy['run'] = (args, options = {}) =>
        relctl.run(args, { ...options, cwd: root, env: { ...secrets, ...options.env } });
      try {
        return await work({
          root,
          run,
          runUntilReceivedBy: (kind, args) =>
            relctl.run(args, { cwd: root, env: secrets, started: (child) => (victim = { kind, child }) }),
          async runRefusedBy(kind, args) {
            refusing = kind;
            return run(args).finally(() => {
              refusing = undefined;
            });
          },
          arrived: (kind) => receivers[kind].arrived().slice(before.get(kind)),
        });
      } finally {
        victim = undefined;
        rmSync(root, { recursive: true, force: true });
      }
    },
    async stop() {
      await Promise.all(kinds.map((kind) => receivers[kind].stop()));
      git.remove();
    },
  };
}

async function startReceiver(kind: Kind, taken: (answer: Answer) => void): Promise<Receiver> {
  if (kind === 'smtp') {
    const server = await startSmtpServer({}, (done) =>
      taken((ok) => (ok ? done() : done(new Error('come back later')))),
    );
    const mailbox = { host: '127.0.0.1', port: server.port, from: 'relctl@example.com', to: ['ops@example.com'] };
    return {
      channel: { kind, name: kind, ...mailbox },
      env: {},
      arrived: () => server.mails.map(({ source }) => keyIn(/^Message-ID: (<[^>]+>)\r$/m, source)),
      stop: server.stop,
    };
  }
  const server = await startHttpServer((_request, response) => taken((ok) => response.writeHead(ok ? 202 : 503).end()));
  const variable = `${kind.toUpperCase()}_URL`;
  return {
    channel: channelTo(kind, server.url, variable),
    env: { [variable]: server.url },
    arrived: () => server.requests.map(({ body, headers }) => identityOf(kind, body, headers['idempotency-key'])),
    stop: server.stop,
  };
}

function channelTo(kind: Exclude<Kind, 'smtp'>, url: string, urlFrom: string): Partial<Channel> {
  switch (kind) {
    case 'command':
      return { kind, name: kind, command: [process.execPath, 'hook.mjs', url] };
    case 'cdevents':
      return { kind: 'webhook', name: kind, format: 'cdevents', url };
    case 'webhook':
      return { kind, name: kind, url };
    default:
      return { kind, name: kind, urlFrom };
  }
}

/** What a receiver can drop a repeated message by; a webhook has it twice, for its middleware and for its program. */
function identityOf(kind: Kind, body: string, header: string | string[] | undefined): string {
  // What chats and mailboxes do not drop by themselves, people recognise by this line.
  if (kind === 'slack' || kind === 'teams') return keyIn(/Message: ([0-9a-f]{32})/, body);
  const { source, id } = JSON.parse(body) as { readonly source: string; readonly id: string };
  return kind === 'command' ? `${source} ${id}` : `${source} ${id} ${String(header)}`;
}

function keyIn(pattern: RegExp, text: string): string {
  const key = pattern.exec(text)?.[1];
  if (key === undefined) throw new Error(`nothing in it tells a repeated message: ${text}`);
  return key;
}

/** A repository on the real platform, with a complete plan that nobody submitted yet. */
export function companyWith(more: Record<string, unknown>): GitFixture {
  const git = gitFixture();
  const shape = {
    ...STANDARD_SHAPE,
    config: (config: Record<string, unknown>) => void Object.assign(config, { platform: 'kubernetes', ...more }),
  };
  git.commit({ ...companyFiles(shape, '4.1.0'), 'hook.mjs': HOOK }, 'Version 4.1.0');
  git.git('tag', 'v4.1.0');
  const commit = git.commit({ 'services/web/main.js': '// version 4.2.0\n' }, 'Version 4.2.0');
  const head = sampleHead(({ spec }) => {
    spec.candidate = { base: 'v4.1.0', commit, branches: [] };
    // Far enough ahead that no clock makes the submission late.
    spec.window = { ...spec.window, start: '2126-12-03T14:00', end: '2126-12-03T18:00' };
  });
  git.commit({ [SAMPLE_FILE]: head }, 'The plan');
  return git;
}
