import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createNotifier } from '../../src/adapters/hooks/notifier.ts';
import type { RelctlError } from '../../src/errors.ts';
import type { Channel } from '../../src/plan/config.ts';
import type { Message, Notifier } from '../../src/ports/notifier.ts';
import { startHttpServer, type TakenRequest, type TestServer } from '../support/http-server.ts';
import { freePort } from '../support/prometheus.ts';
import { type StartedSmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import { describeNotifierContract, sampleMessage } from './notifier.contract.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const base = { topics: ['*'], required: false, timeout: '5s' };
/** The path is the secret of a webhook URL. */
const SECRET = '/services/T0000/B0000/wHoLeSeCrEtPaTh123';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'relctl-hooks-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function http(answer: (request: TakenRequest, response: ServerResponse) => void): Promise<TestServer> {
  const server = await startHttpServer(answer);
  cleanups.push(() => server.stop());
  return server;
}

async function mail(options: Parameters<typeof startSmtpServer>[0] = {}): Promise<StartedSmtpServer> {
  const server = await startSmtpServer(options);
  cleanups.push(() => server.stop());
  return server;
}

function notifierOf(channel: Channel, env: Record<string, string> = {}): Notifier {
  return createNotifier([channel], { env, exec });
}

async function failureOf(notifier: Notifier, message: Message = sampleMessage()): Promise<RelctlError> {
  const [channel] = notifier.channelsFor(message.topic);
  return notifier.send(channel?.name ?? '', message).then(
    () => {
      throw new Error('it was delivered');
    },
    (error: RelctlError) => {
      expect(error.code).toBe('notification.failed');
      expect(error.message).toContain('hook');
      return error;
    },
  );
}

function slackLike(): Channel {
  return { kind: 'slack', name: 'hook', ...base, urlFrom: 'HOOK_URL' };
}

for (const kind of ['webhook', 'slack', 'teams'] as const) {
  describeNotifierContract(kind, async () => {
    const received: string[] = [];
    let broken = false;
    const server = await startHttpServer((request, response) => {
      if (!broken) received.push(request.body);
      response.writeHead(broken ? 500 : kind === 'teams' ? 202 : 200).end(broken ? 'no_service' : 'ok');
    });
    return {
      notifier: notifierOf(
        { kind, name: 'hook', ...base, urlFrom: 'HOOK_URL' },
        { HOOK_URL: `${server.url}${SECRET}` },
      ),
      channel: 'hook',
      received: async () => received,
      setBroken: async (now) => {
        broken = now;
      },
      stop: server.stop,
    };
  });
}

describeNotifierContract('command', async () => {
  const path = mkdtempSync(join(tmpdir(), 'relctl-hooks-'));
  const log = join(path, 'log');
  const script = join(path, 'hook.sh');
  writeFileSync(script, `[ -e "${path}/broken" ] && exit 3; cat >> "${log}"\n`);
  return {
    notifier: notifierOf({ kind: 'command', name: 'hook', ...base, command: ['sh', script] }),
    channel: 'hook',
    received: async () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []),
    setBroken: async (now) => (now ? writeFileSync(join(path, 'broken'), '') : rmSync(join(path, 'broken'))),
    stop: async () => rmSync(path, { recursive: true }),
  };
});

describeNotifierContract('smtp', async () => {
  let broken = false;
  const server = await startSmtpServer({
    onMailFrom: (_address, _session, done) => (broken ? done(new Error('come back later')) : done()),
  });
  return {
    notifier: notifierOf({ kind: 'smtp', name: 'hook', ...base, ...mailbox, port: server.port }),
    channel: 'hook',
    received: async () => server.mails.map((taken) => taken.source),
    setBroken: async (now) => {
      broken = now;
    },
    stop: server.stop,
  };
});

const mailbox = { host: '127.0.0.1', from: 'relctl <relctl@example.com>', to: ['ops@example.com', 'qa@example.com'] };

describe('channels', () => {
  it('go by topic, by its beginning, or take all', () => {
    const channel = (name: string, topics: string[], required = false): Channel => ({
      kind: 'command',
      name,
      ...base,
      topics,
      required,
      command: ['true'],
    });
    const notifier = createNotifier(
      [
        channel('all', ['*']),
        channel('deploys', ['deploy.*'], true),
        channel('cab', ['cab.submitted']),
        channel('none', []),
      ],
      { env: {}, exec },
    );
    expect(notifier.channelsFor('deploy.starting')).toEqual([
      { name: 'all', required: false },
      { name: 'deploys', required: true },
    ]);
    expect(notifier.channelsFor('cab.submitted').map((c) => c.name)).toEqual(['all', 'cab']);
    expect(notifier.channelsFor('deployment').map((c) => c.name)).toEqual(['all']);
  });

  it('fail when the plan waits for one that relctl.yaml no longer has', async () => {
    const notifier = createNotifier([], { env: {}, exec });
    await expect(notifier.send('gone', sampleMessage())).rejects.toMatchObject({
      code: 'notification.failed',
      message: 'there is no channel gone in relctl.yaml',
    });
  });
});

describe('the command channel', () => {
  it('gives the command a CloudEvent on its standard input, and no shell reads its arguments', async () => {
    const path = folder();
    const command = ['sh', '-c', 'cat > "$0"; printf %s "$1" > "$0.arg"', join(path, 'got'), '$(touch nope); `id`'];
    await notifierOf({ kind: 'command', name: 'hook', ...base, command }).send('hook', sampleMessage());
    expect(JSON.parse(readFileSync(join(path, 'got'), 'utf8'))).toEqual({
      specversion: '1.0',
      id: '2026-12-wallet-checkout/deploy.starting/1',
      source: '/relctl/releases/2026-12-wallet-checkout',
      type: 'dev.relctl.deploy.starting',
      subject: '2026-12-wallet-checkout',
      time: '2026-12-03T19:00:00Z',
      datacontenttype: 'application/json',
      data: sampleMessage(),
    });
    expect(readFileSync(join(path, 'got.arg'), 'utf8')).toBe('$(touch nope); `id`');
  });

  it('is content with a command that does not read what it is given', async () => {
    const large = sampleMessage({ text: 'x'.repeat(300_000) });
    await notifierOf({ kind: 'command', name: 'hook', ...base, command: ['true'] }).send('hook', large);
  });

  it.each([
    ['ends with another code', ['sh', '-c', 'echo out; echo why >&2; exit 4'], 'ended with exit code 4'],
    ['is not there', ['relctl-no-such-program'], 'not found on the PATH'],
    ['hangs', ['sleep', '60'], 'did not answer within 1 s'],
    ['is killed', ['sh', '-c', 'kill -9 $$'], 'ended by a signal'],
  ])('fails when the command %s', async (_name, command, text) => {
    const error = await failureOf(notifierOf({ kind: 'command', name: 'hook', ...base, timeout: '1s', command }));
    expect(error.message).toContain(text);
  });

  it('repeats nothing of what the command prints, and keeps secrets of the environment out of the rest', async () => {
    const command = ['sh', '-c', 'echo "401 for anything" >&2; exit 1'];
    const channel: Channel = { kind: 'command', name: 'hook', ...base, command };
    const error = await failureOf(notifierOf(channel, { CHAT_TOKEN: 't0p-s3cret-token' }));
    expect([error.message, ...error.hints].join()).not.toMatch(/401 for anything(?!" >&2)/);
    // Also where the text is not a quotation: the program's own name stands in the error and in its hint.
    const missing: Channel = { ...channel, command: ['/nowhere/t0p-s3cret-token/hook'] };
    const unstarted = await failureOf(notifierOf(missing, { CHAT_TOKEN: 't0p-s3cret-token' }));
    expect(unstarted.message).toContain('/nowhere/[redacted]/hook');
    expect(unstarted.hints.join()).not.toContain('t0p-s3cret-token');
  });
});

describe('the webhook channel', () => {
  it('posts a structured CloudEvent with the key in its header, below the URL of the configuration', async () => {
    const server = await http((_request, response) => response.writeHead(204).end());
    await notifierOf({ kind: 'webhook', name: 'hook', ...base, url: `${server.url}/in?x=1` }).send(
      'hook',
      sampleMessage(),
    );
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/in?x=1' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': '2026-12-wallet-checkout/deploy.starting/1',
    });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ specversion: '1.0', data: { feature: 'Wallet checkout' } });
  });

  it('cannot be made to send another header by a key', async () => {
    const server = await http((_request, response) => response.end());
    const channel: Channel = { kind: 'webhook', name: 'hook', ...base, url: server.url };
    await notifierOf(channel).send('hook', sampleMessage({ key: 'a\r\nx-evil: 1' }));
    expect(server.requests[0]?.headers).not.toHaveProperty('x-evil');
    expect(server.requests[0]?.headers['idempotency-key']).toBe('a%0D%0Ax-evil%3A%201');
  });

  it('uses user and password of a secret URL as basic authentication', async () => {
    const server = await http((_request, response) => response.end());
    const channel: Channel = { kind: 'webhook', name: 'hook', ...base, urlFrom: 'HOOK_URL' };
    await notifierOf(channel, { HOOK_URL: server.url.replace('//', '//ada:p%40ss@') }).send('hook', sampleMessage());
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`);
  });

  it('does not follow a redirect to elsewhere', async () => {
    const elsewhere = await http((_request, response) => response.end());
    const server = await http((_request, response) => response.writeHead(307, { location: elsewhere.url }).end());
    const error = await failureOf(notifierOf({ kind: 'webhook', name: 'hook', ...base, url: server.url }));
    expect(error.message).toContain('redirects elsewhere (HTTP 307)');
    expect(elsewhere.requests).toEqual([]);
  });

  it('fails when the configuration names no URL', async () => {
    const error = await failureOf(notifierOf({ kind: 'webhook', name: 'hook', ...base }));
    expect(error.message).toContain('neither url nor urlFrom');
  });
});

describe('hooks that post, when the other side fails', () => {
  /** The secret URL must not show in anything that a person or a log sees. */
  function expectNoSecret(error: RelctlError): void {
    const shown = JSON.stringify([error.message, error.why, error.hints, error.data, String(error.cause), error.stack]);
    for (const part of [SECRET, 'wHoLeSeCrEtPaTh123', 'T0000/B0000']) expect(shown).not.toContain(part);
  }

  it('says how a server answered, by status and code word, and repeats nothing else of it', async () => {
    const server = await http((request, response) => response.writeHead(500).end(`no_service: ${request.path}`));
    const error = await failureOf(notifierOf(slackLike(), { HOOK_URL: `${server.url}${SECRET}` }));
    expect(error.message).toContain('HTTP 500 (no_service)');
    expectNoSecret(error);
    expect(server.requests).toHaveLength(1);
  });

  it('fails on a closed port', async () => {
    const url = `http://127.0.0.1:${await freePort()}${SECRET}`;
    const error = await failureOf(notifierOf(slackLike(), { HOOK_URL: url }));
    expect(error.message).toContain('ECONNREFUSED');
    expectNoSecret(error);
  });

  it('ends at its deadline when the server never answers', async () => {
    const server = await http(() => undefined);
    const channel = { ...slackLike(), timeout: '1s' };
    const error = await failureOf(notifierOf(channel, { HOOK_URL: `${server.url}${SECRET}` }));
    expect(error.message).toContain('no complete answer within 1 s');
    expect(server.requests).toHaveLength(1);
    expectNoSecret(error);
  });

  it('ends at its deadline when the server drips its headers', async () => {
    let bytes = 0;
    const server = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const drip = setInterval(() => {
        bytes += 1;
        socket.write('a');
      }, 20);
      socket.on('close', () => clearInterval(drip));
    });
    const channel = { ...slackLike(), timeout: '1s' };
    const error = await failureOf(notifierOf(channel, { HOOK_URL: `http://127.0.0.1:${server}${SECRET}` }));
    expect(error.message).toContain('no complete answer within 1 s');
    expect(bytes).toBeGreaterThan(2);
    expectNoSecret(error);
  });

  it('fails with the name of the variable when the secret is not set or is no URL', async () => {
    const missing = await failureOf(notifierOf(slackLike()));
    expect(missing.message).toContain('HOOK_URL');
    expect(missing.hints[0]).toBe('export HOOK_URL=…');
    const odd = await failureOf(notifierOf(slackLike(), { HOOK_URL: 'not-a-url-but-secret' }));
    expect(odd.message).toContain('not an http or https URL');
    expect(odd.message).not.toContain('not-a-url-but-secret');
  });
});

describe('the mail channel', () => {
  const channel = (port: number, changes: object = {}): Channel =>
    ({ kind: 'smtp', name: 'hook', ...base, ...mailbox, port, ...changes }) as Channel;

  it('goes through the proxy of the environment, unless NO_PROXY names its server', async () => {
    const server = await mail();
    const asked: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      if (request.url !== 'mail.example.com:2525') return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const to = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        to.pipe(socket).pipe(to);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const env = { HTTPS_PROXY: `http://ada:pa%3Ass@127.0.0.1:${port}` };
    const send = (host: string, more: Record<string, string> = {}) =>
      createNotifier([channel(2525, { host })], { env: { ...env, ...more }, exec }).send('hook', sampleMessage({}));
    try {
      await send('mail.example.com');
      expect(server.mails).toHaveLength(1);
      expect(asked).toEqual([`mail.example.com:2525 Basic ${Buffer.from('ada:pa:ss').toString('base64')}`]);
      const refused = await send('mail.example.org').catch((error: Error) => error.message);
      expect(refused).toContain(`the proxy 127.0.0.1:${port} answered HTTP 403 to CONNECT; NO_PROXY names hosts`);
      expect(refused).not.toMatch(/pa(:|%3A)ss/);
      // A name that nobody has: it was not the proxy that was asked for it.
      await expect(send('mail.invalid', { NO_PROXY: 'example.com, .invalid' })).rejects.toMatchObject({
        message: expect.stringContaining('mail.invalid'),
      });
      expect(asked).toHaveLength(2);
    } finally {
      await new Promise((resolve) => proxy.close(resolve));
    }
  });

  it('sends a mail to those configured, with a copy to the informed who have an address', async () => {
    const server = await mail();
    const message = sampleMessage({
      informed: ['marketing', 'pm@example.com', 'OPS@example.com'],
      text: 'Grüße,\nRunning.',
    });
    await notifierOf(channel(server.port)).send('hook', message);
    expect(server.mails).toHaveLength(1);
    const taken = server.mails[0];
    expect(taken?.from).toBe('relctl@example.com');
    expect(taken?.recipients).toEqual(['ops@example.com', 'qa@example.com', 'pm@example.com']);
    expect(taken?.source).toMatch(/^Subject: Wallet checkout: production deployment starting\r$/m);
    expect(taken?.source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(taken?.source).toMatch(/^Date: Thu, 03 Dec 2026 19:00:00 \+0000\r$/m);
  });

  it('gives a repeated message the same Message-ID, and another message another', async () => {
    const server = await mail();
    const notifier = notifierOf(channel(server.port));
    await notifier.send('hook', sampleMessage());
    await notifier.send('hook', sampleMessage());
    await notifier.send('hook', sampleMessage({ key: 'another' }));
    const ids = server.mails.map((taken) => /^Message-ID: (<[^>]+>)\r$/m.exec(taken.source)?.[1]);
    expect(ids[0]).toMatch(/^<relctl\.[0-9a-f]{40}@example\.com>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('cannot be made to add a header or a recipient by what a plan says', async () => {
    const server = await mail();
    const hostile = 'x\r\nBcc: evil@example.com\r\n\r\nbody';
    await notifierOf(channel(server.port)).send(
      'hook',
      sampleMessage({
        feature: hostile,
        release: hostile,
        key: hostile,
        topic: hostile,
        informed: [hostile, 'a@b,evil@example.com'],
      }),
    );
    expect(server.mails[0]?.recipients).toEqual(['ops@example.com', 'qa@example.com']);
    expect(server.mails[0]?.source).not.toMatch(/^Bcc:/im);
    const error = await failureOf(notifierOf(channel(server.port, { to: ['a@example.com\r\nBcc: evil@example.com'] })));
    expect(error.message).toContain('control character');
    expect(server.mails).toHaveLength(1);
  });

  it('logs in with user and password from the environment', async () => {
    const server = await mail();
    const withLogin = channel(server.port, { userFrom: 'MAIL_USER', passwordFrom: 'MAIL_PASSWORD' });
    await notifierOf(withLogin, { MAIL_USER: 'ada', MAIL_PASSWORD: 'hunter2-hunter2' }).send('hook', sampleMessage());
    expect(server.mails[0]?.user).toBe('ada');
  });

  it('fails when the server refuses the login, without the password', async () => {
    const server = await mail({
      onAuth: (auth, _session, done) => done(new Error(`535 wrong: ${auth.password ?? ''}`)),
    });
    const withLogin = channel(server.port, { userFrom: 'MAIL_USER', passwordFrom: 'MAIL_PASSWORD' });
    const error = await failureOf(notifierOf(withLogin, { MAIL_USER: 'ada', MAIL_PASSWORD: 'hunter2-hunter2' }));
    expect(error.message).toContain('answered 535');
    expect(error.message).not.toMatch(/hunter2|wrong/);
    expect(server.mails).toEqual([]);
  });

  it('does not send a password in the clear to another machine', async () => {
    const seen: string[] = [];
    const port = await listen((socket) => {
      socket.write('220 mail ESMTP\r\n');
      socket.on('data', (chunk) => {
        seen.push(chunk.toString());
        socket.write(/^EHLO/i.test(chunk.toString()) ? '250-mail\r\n250 AUTH PLAIN LOGIN\r\n' : '500 no\r\n');
      });
    });
    // An address that reaches this machine and that the adapter does not count as it.
    const far = channel(port, {
      host: '0.0.0.0',
      userFrom: 'MAIL_USER',
      passwordFrom: 'MAIL_PASSWORD',
      timeout: '3s',
    });
    await failureOf(notifierOf(far, { MAIL_USER: 'ada', MAIL_PASSWORD: 'hunter2-hunter2' }));
    expect(seen.join('')).toMatch(/STARTTLS/);
    expect(seen.join('')).not.toMatch(/AUTH/);
  });

  it('fails when a recipient is refused, though others are not', async () => {
    const server = await mail({
      onRcptTo: (address, _session, done) => done(address.address.startsWith('qa') ? new Error('no such user') : null),
    });
    const error = await failureOf(notifierOf(channel(server.port)));
    expect(error.message).toContain('refused qa@example.com');
  });

  it('fails on a closed port, and at its deadline when the server only greets slowly', async () => {
    const closed = await failureOf(notifierOf(channel(await freePort())));
    expect(closed.message).toContain('ECONNREFUSED');
    let closedByUs = false;
    const port = await listen((socket) => {
      const drip = setInterval(() => socket.write('2'), 20);
      socket.on('close', () => {
        closedByUs = true;
        clearInterval(drip);
      });
    });
    const slow = await failureOf(notifierOf(channel(port, { timeout: '1s' })));
    expect(slow.message).toContain('within 1 s');
    await expect.poll(() => closedByUs).toBe(true);
  });
});

async function listen(greet: (socket: import('node:net').Socket) => void): Promise<number> {
  const sockets = new Set<import('node:net').Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
