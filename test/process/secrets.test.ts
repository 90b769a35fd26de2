import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { type Installed, installRelctl } from '../support/installed.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';

/**
 * Forty secrets in variables, URLs, headers and outputs of a run in which everything fails, against servers that send back all that they
 * got, in other forms as well. None of them stands in any file, output, event or command line afterwards.
 */
const CANARIES: string[] = [];
const canary = (): string => {
  const made = `Kanary${CANARIES.length}x${Math.floor((CANARIES.length + 7) * 7_654_321).toString(36)}Q`;
  CANARIES.push(made);
  return made;
};

let relctl: Installed;
let git: GitFixture;
let folder: string;
let server: TestServer;
let mail: Server;
const environment: Record<string, string> = {};
beforeAll(async () => {
  relctl = installRelctl();
  folder = mkdtempSync(join(tmpdir(), 'relctl-secrets-'));
  server = await startHttpServer(({ path, headers, body }, response) => {
    const login = String(headers.authorization ?? '');
    const said = [path, login, Buffer.from(login.replace('Basic ', ''), 'base64').toString(), decodeURIComponent(path)];
    const forms = said.flatMap((one) => [one, one.toUpperCase(), [...one].reverse().join(''), btoa(one)]);
    response.writeHead(path.includes('redirect') ? 302 : 500, { location: `${server.url}${path}` });
    response.end(`no_service: ${forms.join(' ')} ${body.slice(0, 40)}`);
  });
  mail = await echoingMailServer();
  git = gitFixture();
  const { port } = mail.address() as { port: number };
  const config = (parsed: Record<string, unknown>) =>
    void Object.assign(parsed, { platform: 'kubernetes', notifications: channels(port) });
  git.commit(companyFiles({ ...STANDARD_SHAPE, config }, '4.1.0'), 'Version 4.1.0');
  git.git('tag', 'v4.1.0');
  const commit = git.commit({ 'services/web/main.js': '// version 4.2.0\n' }, 'Version 4.2.0');
  const head = sampleHead(({ spec }) => {
    spec.candidate = { base: 'v4.1.0', commit, branches: [] };
    spec.window = { ...spec.window, start: '2126-12-03T14:00', end: '2126-12-03T18:00' };
  });
  git.commit({ [SAMPLE_FILE]: head }, 'The plan');
});
afterAll(async () => {
  await Promise.all([server.stop(), new Promise((resolve) => mail.close(resolve))]);
  git.remove();
  relctl.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Channels of every kind; what they need lies in the environment, in URLs, user names, passwords and queries. */
function channels(smtpPort: number): readonly object[] {
  const set = (name: string, value: string) => {
    environment[name] = value;
    return name;
  };
  const made: object[] = [];
  const { url } = server;
  const [, host = ''] = url.split('//');
  for (let n = 0; n < 3; n += 1) {
    const path = [canary(), canary(), canary()].join('/');
    made.push({ kind: 'slack', name: `slack${n}`, urlFrom: set(`SLK${n}`, `${url}/services/${path}`) });
  }
  for (let n = 0; n < 2; n += 1) {
    const secret = `http://${canary()}:${canary()}@${host}/wf?sig=${canary()}`;
    made.push({ kind: 'teams', name: `teams${n}`, urlFrom: set(`TMS${n}`, secret) });
  }
  for (let n = 0; n < 3; n += 1) {
    const secret = `${url}/hook/${canary()}?token=${canary()}`;
    made.push({ kind: 'webhook', name: `hook${n}`, urlFrom: set(`WHK${n}`, secret) });
  }
  made.push({ kind: 'webhook', name: 'redirect', urlFrom: set('RDR', `${url}/redirect/${canary()}`) });
  for (let n = 0; n < 2; n += 1) {
    const login = { userFrom: set(`MU${n}`, canary()), passwordFrom: set(`MP${n}`, canary()) };
    const where = { host: '127.0.0.1', port: smtpPort, from: 'a@example.com', to: ['b@example.com'] };
    made.push({ kind: 'smtp', name: `mail${n}`, ...where, ...login });
  }
  for (let n = 0; n < 4; n += 1) {
    const [out, error] = [set(`PLAIN${n}`, canary()), set(`API_TOKEN${n}`, canary())];
    const script = `echo "$${out}"; echo "$${error}" >&2; cat /proc/[0-9]*/cmdline >> ${join(folder, 'processes')}; exit 3`;
    made.push({ kind: 'command', name: `command${n}`, command: ['sh', '-c', script] });
  }
  for (let n = 0; n < 6; n += 1) set(`OTHER${n}`, canary());
  made.push({ kind: 'command', name: 'all', command: ['sh', '-c', 'env; exit 1'] });
  return made;
}

/** Refuses every login and repeats it, as it came and decoded. */
async function echoingMailServer(): Promise<Server> {
  const listening = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 hello\r\n');
    socket.on('data', (chunk: Buffer) => {
      const said = String(chunk);
      if (/^EHLO/i.test(said)) socket.write('250-hello\r\n250 AUTH PLAIN LOGIN\r\n');
      else if (/^AUTH/i.test(said)) {
        const login = said.split(' ')[2]?.trim() ?? '';
        socket.write(
          `535 5.7.8 no such login ${login} ${Buffer.from(login, 'base64').toString().replaceAll('\0', '|')}\r\n`,
        );
      } else socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}

describe('a run with forty secrets', () => {
  it('leaves none of them in a file, an output, an event or a command line', async () => {
    expect(CANARIES).toHaveLength(40);
    const run = (...args: string[]) =>
      relctl.run([...args, '--as', 'ravi@example.com'], { cwd: git.root, env: environment });
    const outputs: string[] = [];
    for (const args of [
      ['submit-cab', SAMPLE_ID, '--debug'],
      ['remind', SAMPLE_ID, '--events', 'ndjson'],
      ['remind', SAMPLE_ID, '--json', '--debug'],
      ['status', SAMPLE_ID, '--verbose'],
      ['status', SAMPLE_ID, '--json'],
      ['report', SAMPLE_ID],
      ['audit', SAMPLE_ID, '--json'],
      ['list', '--json'],
      ['doctor'],
    ]) {
      const { stdout, stderr } = await run(...args);
      outputs.push(`${stdout}\n${stderr}`);
    }
    const history = readFileSync(join(git.root, SAMPLE_FILE), 'utf8');
    // All of them were tried, and said why they failed as far as that can be said.
    for (const name of ['slack0', 'teams1', 'hook2', 'redirect', 'mail1', 'command3', 'all'])
      expect(history).toContain(name);
    expect(history).toMatch(/HTTP 500 \(no_service\)/);
    expect(history).toContain('5.7.8');
    expect(server.requests.length).toBeGreaterThan(5);
    const texts = [
      ...outputs.map((text, index) => [`output ${index}`, text] as const),
      ...filesBelow(git.root).map((file) => [file, readFileSync(file, 'latin1')] as const),
      ['command lines', readFileSync(join(folder, 'processes'), 'latin1')] as const,
    ];
    const found = texts.flatMap(([where, text]) =>
      CANARIES.filter((one) => formsOf(one).some((form) => text.includes(form))).map((one) => [where, one]),
    );
    expect(found).toEqual([]);
  });
});

function formsOf(secret: string): readonly string[] {
  return [
    ...[secret, encodeURIComponent(secret), secret.toUpperCase(), [...secret].reverse().join('')],
    // Without the letters that depend on what stands beside it.
    ...[0, 1, 2].map((before) => btoa('x'.repeat(before) + secret).slice(before === 0 ? 0 : 4, -4)),
  ];
}

function filesBelow(root: string): readonly string[] {
  return readdirSync(root).flatMap((name) => {
    const path = join(root, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
