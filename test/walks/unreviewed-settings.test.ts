import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { openContext } from '../../src/composition/composition.ts';
import type { Message } from '../../src/ports/notifier.ts';
import type { Work } from '../../src/ports/runner.ts';
import { notAsSubmitted, reviewedSettings } from '../../src/usecases/binding/reviewed.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { type BareRemote, makeBareRemote } from '../support/bare-remote.ts';
import { keyFile } from '../support/company.ts';
import { submit } from '../support/company-walk.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { type Installed, installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, POLICY_FILE, type SignedCompany, writeUncommitted } from '../support/signed-company.ts';

/**
 * Where signatures are required, nothing is delivered, logged in to or run from the relctl.yaml of a branch before somebody answered for
 * it: the review of the protected branch, or the signature of the submission.
 */
let company: SignedCompany;
let remote: BareRemote;
let clone: string;
let server: TestServer;
let relctl: Installed;
const SECRET = 'hunter2-of-carol';
const mark = () => join(dirname(clone), 'ran');
const message = {
  key: 'k',
  topic: 'cab.submitted',
  release: 'r',
  feature: 'f',
  text: 't',
  at: '2026-11-20T10:00:00Z',
  informed: [],
  simulated: false,
} satisfies Message;

beforeAll(async () => {
  company = await openSignedCompany({
    shape: { config: (config) => void Object.assign(config, { platform: 'kubernetes' }) },
  });
  company.git.git('checkout', '-qb', 'train');
  await submit(company);
  const { journal } = await openRelease(company.as(PEOPLE.rdLead), company.id);
  // In the words of the policy: nothing else is sent in any case.
  const text = `CAB: please review Wallet checkout (${company.id}), planned for now. Answer with: relctl status`;
  const waiting = { key: 'a'.repeat(32), topic: 'cab.submitted', text, channels: ['new'] };
  await journal.record('notification.queued', waiting);
  relctl = installRelctl();
  server = await startHttpServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  );
});
afterAll(async () => {
  company.close();
  relctl.remove();
  await server.stop();
});
beforeEach(() => {
  remote = makeBareRemote(company.git.root);
  // A kubectl that does what the credential plugin of a kubeconfig could.
  const tools = join(dirname(remote.path), 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'kubectl'), `#!/bin/sh\necho ran >> ${join(dirname(remote.path), 'ran')}\nexit 1\n`, {
    mode: 0o755,
  });
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env.PATH}`);
  clone = remote.clone('carol@example.com');
  company.git.git('-C', clone, 'checkout', '-q', 'train');
});
afterEach(() => {
  vi.unstubAllEnvs();
  remote.remove();
});

// biome-ignore lint/suspicious/noExplicitAny: relctl.yaml as it is written.
type Loose = Record<string, any>;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function configure(change: (config: Loose) => void): void {
  const config = parse(readFileSync(join(clone, 'relctl.yaml'), 'utf8')) as Loose;
  change(config);
  write('relctl.yaml', stringify(config));
}

/** What stands in the work tree is what was merged. */
function merge(): void {
  const git = (...args: string[]) =>
    company.git.git('-C', clone, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'Reviewed');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
}

const open = () =>
  openContext({
    cwd: clone,
    env: {
      ...process.env,
      HOME: clone,
      XDG_CACHE_HOME: join(clone, '.git/cache'),
      SECRET,
      RELCTL_TRUST_COMMANDS: '1',
      RELCTL_PROTECTED_BRANCH: 'origin/main',
    },
    sink: { emit: () => undefined },
    prompter: company.as('x').prompter,
    actor: 'carol@example.com',
  });
const touch = () => ['sh', '-c', `echo ran >> ${mark()}; echo '{}'`];
const channel = (more: Loose) => (config: Loose) => {
  config.notifications = [{ name: 'new', ...more }];
};
const notify = (context: Context) => context.notifier.send('new', message);
const production = (more: () => Loose) => (config: Loose) => Object.assign(config.environments.production, more());
const login = () => ({ url: server.url, login: { kind: 'bearer', tokenFrom: 'SECRET' } });

const RUNNER = {
  image: `registry.example/relctl@sha256:${'a'.repeat(64)}`,
  identity: 'ci@example.com',
  signingKey: { secret: 'key' },
  git: { secret: 'git' },
};
const WORK: Work = {
  release: 'r',
  attempt: 1,
  round: 'forward',
  stopsAtVerdict: false,
  commit: 'a'.repeat(40),
  askedBy: 'carol@example.com',
  records: 'origin/relctl/records',
  options: {},
};
const GITOPS = { branch: 'main', path: 'shop', via: 'push', application: 'Kustomization/flux-system/shop' };

const WAYS: readonly (readonly [string, (config: Loose) => void, (context: Context) => Promise<unknown>])[] = [
  ['a pager', (config) => channel({ kind: 'pagerduty', routingKeyFrom: 'SECRET', url: server.url })(config), notify],
  ['a webhook', (config) => channel({ kind: 'webhook', url: server.url })(config), notify],
  ['a command channel', (config) => channel({ kind: 'command', command: touch() })(config), notify],
  [
    'a system of changes',
    (config) =>
      Object.assign(config, {
        changeRecord: {
          kind: 'servicenow',
          repository: 'shop',
          api: { url: server.url, login: { kind: 'basic', user: 'x', passwordFrom: 'SECRET' } },
        },
      }),
    async (context) => context.changeRecords?.find('one'),
  ],
  [
    'a program of changes',
    (config) => Object.assign(config, { changeRecord: { kind: 'command', repository: 'shop', command: touch() } }),
    async (context) => context.changeRecords?.find('one'),
  ],
  [
    'a system of incidents',
    (config) =>
      Object.assign(config, {
        incidents: { kind: 'pagerduty', services: ['P1'], tokenFrom: 'SECRET', api: { url: server.url } },
      }),
    async (context) => context.incidents?.opened({ from: 0, to: 1 }),
  ],
  [
    'a metrics store with a login',
    production(() => ({ prometheus: login() })),
    (context) => context.environments.metrics('production').scalar('1', 0),
  ],
  [
    'a metrics store that is a program',
    production(() => ({ prometheus: undefined, metrics: { store: 'command', command: touch() } })),
    (context) => context.environments.metrics('production').scalar('1', 0),
  ],
  [
    'a token that a program prints',
    production(() => ({ prometheus: { url: server.url, login: { kind: 'token-command', command: touch() } } })),
    (context) => context.environments.metrics('production').scalar('1', 0),
  ],
  [
    'the login of a probe',
    (config) => Object.assign(config, { probes: [login()] }),
    (context) => context.environments.http.request(`${server.url}/health`, { timeout: 2000 }),
  ],
  [
    'a kubeconfig',
    (config) => {
      production(() => ({ kubeconfig: '/proc/self/cwd/ops/kube.yaml' }))(config);
      write('ops/kube.yaml', '{}');
    },
    (context) => context.environments.cluster('production').identity(),
  ],
  [
    'a runner',
    (config) => Object.assign(config, { runner: { kubernetes: RUNNER } }),
    async (context) => context.runners?.('kubernetes').start(WORK),
  ],
  [
    'a repository that production is applied from',
    production(() => ({ rollout: 'gitops', gitops: { ...GITOPS, repository: `${server.url}/cfg.git` } })),
    async (context) => context.configRepository?.head(),
  ],
];

/** What the other side got: requests, and programs that were run. */
async function got(use: (context: Context) => Promise<unknown>): Promise<number> {
  const before = server.requests.length;
  rmSync(mark(), { force: true });
  await use(await open()).catch(() => undefined);
  return server.requests.length - before + (existsSync(mark()) ? 1 : 0);
}

describe('a relctl.yaml that nobody reviewed', () => {
  it.each(WAYS)('gives nothing to %s, nor runs it, until it is merged', async (_, change, use) => {
    configure(change);
    expect(await got(use)).toBe(0);
    merge();
    expect(await got(use)).toBeGreaterThan(0);
  });

  it('is said to be the reason, with what to do', async () => {
    configure(channel({ kind: 'webhook', url: server.url }));
    await expect(notify(await open())).rejects.toMatchObject({
      code: 'config.unreviewed',
      message: expect.stringContaining('channel new'),
      hints: expect.arrayContaining(['git diff refs/remotes/origin/main -- relctl.yaml']),
    });
  });

  it('is no matter where signatures are not required', async () => {
    write(POLICY_FILE, company.policy.replace('mode: required', 'mode: unsigned'));
    merge();
    configure(channel({ kind: 'webhook', url: server.url }));
    expect(await got(notify)).toBe(1);
  });

  it('cannot make a source of a service of what a program reads', async () => {
    configure(channel({ kind: 'command', command: ['sh', '-c', 'cat ops/*.sh | sh'] }));
    write('ops/notify.sh', 'true\n');
    merge();
    write('ops/notify.sh', `echo ran >> ${mark()}\n`);
    configure((config) => Object.assign(config.services, { tools: { paths: ['ops/**'] } }));
    expect(await got(notify)).toBe(0);
  });

  it('cannot have another program run under a command that was reviewed', async () => {
    configure(channel({ kind: 'command', command: ['sh', 'ops/page.sh'] }));
    write('ops/page.sh', `echo ran >> ${mark()}`);
    write('ops/lib.sh', '');
    merge();
    expect(await got(notify)).toBe(1);
    write('ops/lib.sh', 'true');
    expect(await got(notify)).toBe(0);
  });

  it('cannot name the key that CI signs with as a secret, not even when it is reviewed', async () => {
    configure(channel({ kind: 'pagerduty', routingKeyFrom: 'SECRET', url: server.url }));
    merge();
    const key = readFileSync(keyFile(company.git.root, PEOPLE.rdLead), 'utf8');
    for (const value of [key, Buffer.from(key).toString('base64')]) {
      vi.stubEnv('SECRET_KEY', value);
      configure(channel({ kind: 'pagerduty', routingKeyFrom: 'SECRET_KEY', url: server.url }));
      merge();
      expect(await got(notify)).toBe(0);
    }
  });
});

describe('a relctl.yaml that was submitted and signed', () => {
  it('is used by the release as it was signed, and no other', async () => {
    const settings = async (config: Context['config']) => {
      const context = company.as(PEOPLE.cab[0], { config });
      const reviewed = reviewedSettings(context);
      const { journal, signing } = await openRelease(context, company.id);
      reviewed.submittedWith(() => notAsSubmitted(context, journal, signing));
      return reviewed;
    };
    const { config } = company.as(PEOPLE.cab[0]);
    await expect((await settings(config)).require('plan')).resolves.toBeUndefined();
    const file = readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8');
    writeUncommitted(company, 'relctl.yaml', `${file}# another\n`);
    await expect((await settings(config)).require('environments')).resolves.toBeUndefined();
    const other = { ...config, probes: [{ url: 'https://evil.example.com', headers: {}, headersFrom: {} }] };
    await expect((await settings(other)).require('plan')).rejects.toMatchObject({ code: 'config.unreviewed' });
    await expect((await settings(other)).require('environments')).rejects.toMatchObject({ code: 'config.unreviewed' });
  });
});

describe('a command that is refused', () => {
  it('delivers nothing that waits, unless its step is done already', async () => {
    configure(channel({ kind: 'webhook', url: server.url, topics: ['cab.submitted'] }));
    merge();
    const env = { XDG_CACHE_HOME: join(clone, '.git/cache'), RELCTL_PROTECTED_BRANCH: 'origin/main' };
    const give = async (person: string, ...args: string[]) => {
      const before = server.requests.length;
      const { stderr } = await relctl.run([...args, '--as', person], { cwd: clone, env });
      return [stderr.includes('gate.refused'), server.requests.length - before];
    };
    // This relctl.yaml is not the one that was submitted.
    const vote = ['signoff', 'cab', company.id, '--decision', 'no-go', '--comment', 'x'];
    expect(await give(PEOPLE.cab[0], ...vote)).toEqual([true, 0]);
    expect(await give(PEOPLE.rdLead, 'submit-cab', company.id)).toEqual([true, 1]);
  });
});
