import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, EXIT_CODES } from '../../src/errors.ts';
import { type Company, openCompany } from '../support/company.ts';
import { installRelctl } from '../support/installed.ts';
import { SAMPLE_FILE, SAMPLE_ID } from '../support/sample-plan.ts';
import { treeDigest } from '../support/tree-digest.ts';

/** A hanging process fails the test by being killed: bad input is answered within this many milliseconds, even on a busy machine. */
const PATIENCE = 20_000;

const relctl = installRelctl();
let company: Company;
let root: string;

beforeAll(async () => {
  company = await openCompany({ onDisk: true });
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relctl-bad-input-'));
  cpSync(company.git.root, root, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
afterAll(() => {
  company.close();
  relctl.remove();
});

const planFile = () => join(root, SAMPLE_FILE);
const rewritePlan = (change: (text: string) => string | Uint8Array) =>
  writeFileSync(planFile(), change(readFileSync(planFile(), 'utf8')));
const rewriteConfig = (change: (text: string) => string) => {
  const file = join(root, 'relctl.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

/** What must hold of every refusal: one error with code, reason and next command, its exit code, and not a file changed. */
async function refused(
  args: readonly string[],
  code: ErrorCode,
  options: {
    readonly place?: object | null;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Promise<{ readonly message: string; readonly hints: readonly string[] }> {
  const before = treeDigest(root);
  const run = {
    cwd: options.cwd ?? root,
    timeout: PATIENCE,
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  const [command = '', ...rest] = args;
  const [machine, human] = await Promise.all([relctl.run([command, '--json', ...rest], run), relctl.run(args, run)]);
  const envelope = JSON.parse(machine.stdout) as {
    exitCode: number;
    error: { code: string; message: string; why: string; hints: string[]; place: object | null };
  };
  expect(envelope.error.code).toBe(code);
  expect(machine.exitCode).toBe(EXIT_CODES[ERRORS[code]]);
  expect(envelope.exitCode).toBe(machine.exitCode);
  expect(envelope.error.message).not.toBe('');
  expect(envelope.error.hints.length).toBeGreaterThan(0);
  if (options.place !== undefined)
    expect(envelope.error.place).toEqual(options.place && expect.objectContaining(options.place));
  expect(human.exitCode).toBe(machine.exitCode);
  expect(human.stdout).toBe('');
  expect(human.stderr.split('\n').filter((line) => line.trim() === code)).toHaveLength(1);
  expect(human.stderr).toContain(envelope.error.hints[0]);
  expect(human.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(treeDigest(root)).toEqual(before);
  return envelope.error;
}

describe('a plan that cannot be read', () => {
  it.each<[string, ErrorCode, (text: string) => string | Uint8Array, object]>([
    ['is cut in the middle of its history', 'plan.chain-broken', (text) => text.slice(0, -40), {}],
    ['is cut in the middle of its text', 'plan.schema', (text) => text.slice(0, 300), {}],
    ['is empty', 'plan.schema', () => '', {}],
    ['is not UTF-8', 'plan.yaml-syntax', () => new Uint8Array([0xff, 0xfe, 0x00, 0x80]), { line: 1 }],
    ['holds random bytes', 'plan.yaml-syntax', () => new Uint8Array(4096).map((_, i) => (i * 7919) % 256), {}],
    ['has a carriage return alone', 'plan.yaml-syntax', (text) => text.replace('\n', '\r'), { line: 1 }],
    ['is huge', 'plan.too-large', (text) => `${'# padding\n'.repeat(200_000)}${text}`, {}],
    ['is 4,096 opening brackets', 'plan.too-deep', () => '['.repeat(4096), { line: 1 }],
    ['is a deep flow map', 'plan.too-deep', () => `x: ${'{a: '.repeat(2000)}`, { line: 1 }],
    [
      'has 20,000 keys',
      'plan.too-many-keys',
      () => Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(''),
      {},
    ],
    ['is a billion laughs', 'plan.yaml-feature', () => 'a: &a [x]\nb: [*a, *a]\n', { line: 1 }],
    [
      'reaches for a prototype',
      'plan.yaml-feature',
      (text) => text.replace('spec:\n', 'spec:\n  __proto__: { polluted: true }\n'),
      {},
    ],
    [
      'has a key twice',
      'plan.yaml-feature',
      (text) => text.replace('kind: ReleasePlan\n', 'kind: ReleasePlan\nkind: ReleasePlan\n'),
      {},
    ],
    ['has an unknown key', 'plan.schema', (text) => text.replace('  impact:', '  impakt: {}\n  impact:'), {}],
    ['is of a future version', 'plan.unknown-version', (text) => text.replace('relctl/v1', 'relctl/v99'), { line: 1 }],
    [
      'has an event changed by hand',
      'plan.chain-broken',
      (text) => text.replace('"actor":"ravi@', '"actor":"mallory@'),
      {},
    ],
    ['has the id of another release', 'plan.schema', (text) => text.replace(`id: ${SAMPLE_ID}`, 'id: other'), {}],
  ])('%s: %s', async (_what, code, change, place) => {
    rewritePlan(change);
    await refused(['status', SAMPLE_ID], code, { place: { file: SAMPLE_FILE, ...place } });
  });

  it('is refused by every command of the process alike, before anything is done', async () => {
    rewritePlan((text) => text.slice(0, -40));
    for (const command of [['submit-cab'], ['deploy'], ['rollback', '--reason', 'x', '--confirm'], ['audit']]) {
      const [name = '', ...flags] = command;
      await refused([name, SAMPLE_ID, ...flags], 'plan.chain-broken');
    }
  });
});

describe('relctl list', () => {
  it.each<[string, ErrorCode, (text: string) => string]>([
    [
      'torn below what a list shows',
      'plan.yaml-syntax',
      (text) => text.replace(/^ {2}smokeTests:/m, '  smokeTests: ['),
    ],
    [
      'with a value that is none',
      'plan.schema',
      (text) => text.replace(/expectedMinutes: .*/, 'expectedMinutes: soon'),
    ],
    ['with a history that was changed', 'plan.chain-broken', (text) => text.replace('"actor":"ravi@', '"actor":"rav@')],
  ])('names a plan %s as broken and ends with the code of an invalid plan', async (_what, code, change) => {
    rewritePlan(change);
    const [machine, human] = await Promise.all([
      relctl.run(['list', '--json'], { cwd: root }),
      relctl.run(['list'], { cwd: root }),
    ]);
    const answer = JSON.parse(machine.stdout);
    expect(answer).toMatchObject({ exitCode: EXIT_CODES.usage, result: 'usage', simulated: true });
    expect(answer.data.releases).toEqual([]);
    expect(answer.data.unreadable).toMatchObject([{ id: SAMPLE_ID, code, place: { file: SAMPLE_FILE } }]);
    expect([machine.exitCode, human.exitCode]).toEqual([EXIT_CODES.usage, EXIT_CODES.usage]);
    expect(human.stdout).toContain(`${SAMPLE_ID} (${code})`);
    expect(human.stdout).toContain(`relctl plan ${SAMPLE_ID} --check`);
  });

  it('does not go by a configuration that cannot be read', async () => {
    rewriteConfig((text) => `${text}servises: {}\n`);
    await refused(['list'], 'config.invalid', { place: { file: 'relctl.yaml' } });
  });
});

describe('an id that names no plan', () => {
  it('is unknown: the nearest one is offered', async () => {
    const { hints } = await refused(['status', '2026-12-wallet-chekout'], 'plan.not-found');
    expect(hints[0]).toBe(`relctl status ${SAMPLE_ID}`);
  });

  it('has nobody who is to be told of it', async () => {
    const channel = '{ kind: webhook, name: events, format: cdevents, url: "http://127.0.0.1:9/" }';
    rewriteConfig((text) => `${text.replace(/^notifications:.*\n/m, '')}notifications: [${channel}]\n`);
    const { exitCode, stderr } = await relctl.run(['submit-cab', '2026-12-none'], { cwd: root });
    expect(exitCode).toBe(EXIT_CODES.usage);
    expect(stderr).toContain('plan.not-found');
    expect(stderr).not.toContain('told');
  });

  it.each(['../x', '..', '/etc/passwd', 'a/b', 'CON', '-rf', 'x\ny', 'a'.repeat(64)])('%j', async (id) => {
    await refused(['status', '--', id], 'plan.bad-id');
  });

  it('leads out of the folder through a link', async () => {
    const outside = join(root, 'outside.yaml');
    writeFileSync(outside, readFileSync(planFile()));
    unlinkSync(planFile());
    symlinkSync(outside, planFile());
    await refused(['status', SAMPLE_ID], 'plan.outside-releases', { place: { file: SAMPLE_FILE } });
  });
});

describe('a plan that is a pipe, which nobody writes to', () => {
  beforeEach(() => {
    unlinkSync(planFile());
    execFileSync('mkfifo', [planFile()]);
  });

  it.each([
    [['status', SAMPLE_ID]],
    [['plan', SAMPLE_ID, '--check']],
    [['submit-cab', SAMPLE_ID]],
    [['signoff', 'cab', SAMPLE_ID]],
    [['stage', SAMPLE_ID]],
    [['deploy', SAMPLE_ID]],
    [['rollback', SAMPLE_ID, '--reason', 'x', '--confirm']],
    [['verify', SAMPLE_ID]],
    [['hypercare', SAMPLE_ID]],
    [['review', SAMPLE_ID]],
    [['audit', SAMPLE_ID]],
    [['report', SAMPLE_ID]],
    [['packet', SAMPLE_ID]],
    [['rehearse', SAMPLE_ID]],
    [['list']],
    [['audit', '--all']],
  ])('is told at once: %j', async (args) => {
    const finished = await relctl.run([...args, '--as', 'ravi@example.com'], { cwd: root, timeout: PATIENCE });
    expect(finished.signal).toBeNull();
    // A list goes on, and ends with the code of a plan that cannot be read.
    expect(finished.exitCode).toBe(args[0] === 'list' ? EXIT_CODES.usage : EXIT_CODES[ERRORS['plan.unreadable']]);
    expect((finished.stdout + finished.stderr).match(/plan\.unreadable/g)).toHaveLength(1);
    expect(finished.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });
});

/** What may stand where a file should be, and is none. */
const NO_FILES: readonly (readonly [what: string, put: (path: string) => void])[] = [
  ['a folder', (path) => mkdirSync(path)],
  ['a pipe, which nobody writes to', (path) => execFileSync('mkfifo', [path])],
  ['a device', (path) => symlinkSync('/dev/zero', path)],
  ['a circle of links', (path) => symlinkSync(path, path)],
];

describe.each(NO_FILES)('where a file should be and %s is', (what, put) => {
  it('a release is told as one that cannot be read, and a list goes on', async () => {
    unlinkSync(planFile());
    put(planFile());
    const code = what === 'a device' || what === 'a circle of links' ? 'plan.outside-releases' : 'plan.unreadable';
    const { message } = await refused(['status', SAMPLE_ID], code, { place: { file: SAMPLE_FILE } });
    expect(message).toContain(SAMPLE_FILE);
    const listed = await relctl.run(['list'], { cwd: root, timeout: PATIENCE });
    expect(listed.signal).toBeNull();
    expect(listed.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });

  it('relctl.yaml is told as one that cannot be read', async () => {
    const file = join(root, 'relctl.yaml');
    unlinkSync(file);
    put(file);
    const code = what === 'a device' || what === 'a circle of links' ? 'plan.outside-releases' : 'config.invalid';
    for (const args of [['status', SAMPLE_ID], ['list'], ['doctor']]) {
      const { message } = await refused(args, code, { place: { file: 'relctl.yaml' } });
      expect(message).toContain('relctl.yaml');
    }
  });
});

describe('a service that has the name of something in JavaScript', () => {
  it.each(['constructor', '__proto__'])('%s is one that does not exist', async (name) => {
    rewritePlan((text) => text.replace('- name: api\n', `- name: ${name}\n`));
    for (const command of [['status'], ['plan', '--check'], ['submit-cab'], ['packet'], ['manifests'], ['report']]) {
      const args = [command[0] ?? '', SAMPLE_ID, ...command.slice(1), '--as', 'ravi@example.com'];
      const finished = await relctl.run(args, { cwd: root, timeout: PATIENCE });
      const said = finished.stdout + finished.stderr;
      expect(finished.exitCode, said).not.toBe(EXIT_CODES.bug);
      if (command[0] === 'submit-cab') {
        expect([EXIT_CODES.usage, EXIT_CODES.gate], said).toContain(finished.exitCode);
        expect(said).toContain(name);
      }
    }
  });
});

describe('a configuration that is wrong', () => {
  it.each<[string, ErrorCode, (text: string) => string]>([
    ['names a service that it does not define', 'config.unknown-service', (text) => text.replace(/- api\n/, '- apj\n')],
    ['has an unknown key', 'config.invalid', (text) => `${text}servises: {}\n`],
    [
      'has no environments',
      'config.invalid',
      () => 'apiVersion: relctl/v1\nkind: Config\nplatform: sandbox\nservices: {}\n',
    ],
    ['is not YAML', 'plan.yaml-syntax', () => 'a: [1,\nb'],
  ])('%s: %s', async (_what, code, change) => {
    rewriteConfig(change);
    await refused(['status', SAMPLE_ID], code, { place: { file: 'relctl.yaml' } });
  });

  it('is missing', async () => {
    unlinkSync(join(root, 'relctl.yaml'));
    const { hints } = await refused(['doctor'], 'config.missing', { place: { file: 'relctl.yaml' } });
    expect(hints[0]).toBe('relctl init');
  });

  it('names a process that has no policy', async () => {
    unlinkSync(join(root, 'relctl/process/standard-3.0.yaml'));
    await refused(['status', SAMPLE_ID], 'policy.invalid', { place: { file: 'relctl/process/standard-3.0.yaml' } });
  });
});

describe('surroundings in which nothing can be done', () => {
  it('no git repository', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'relctl-no-git-'));
    try {
      await refused(['status', SAMPLE_ID], 'repo.not-git', { cwd: bare, env: { GIT_CEILING_DIRECTORIES: tmpdir() } });
    } finally {
      rmSync(bare, { recursive: true });
    }
  });

  it('no git', async () => {
    await refused(['doctor'], 'tool.missing', { env: { PATH: join(root, 'nothing') } });
  });

  it('no kubectl', async () => {
    rewriteConfig((text) => text.replace('platform: sandbox', 'platform: kubernetes'));
    // A folder with git alone.
    const bin = join(root, 'only-git');
    cpSync(join(root, '.gitignore'), join(bin, 'README'));
    symlinkSync(await which('git'), join(bin, 'git'));
    const { message } = await doctorSays(bin);
    expect(message).toContain('kubectl was not found on the PATH');
  });

  it('an API server that does not answer', async () => {
    rewriteConfig((text) =>
      text
        .replace('platform: sandbox', 'platform: kubernetes')
        .replaceAll('host: staging.example.com', 'kubeconfig: kubeconfig'),
    );
    const port = await closedPort();
    writeFileSync(
      join(root, 'kubeconfig'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}` } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'sandbox-staging', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const { message } = await doctorSays(process.env.PATH ?? '');
    expect(message).toMatch(/cluster staging/);
  });
});

/** `doctor` looks at everything and answers; what it found is in its checks. */
async function doctorSays(path: string): Promise<{ readonly message: string }> {
  const before = treeDigest(root);
  const finished = await relctl.run(['doctor', '--json', '--as', 'ada@example.com'], {
    cwd: root,
    env: { PATH: path },
    timeout: 60_000,
  });
  expect(finished.exitCode).toBe(1);
  expect(treeDigest(root)).toEqual(before);
  const { data } = JSON.parse(finished.stdout) as {
    data: { checks: { text: string; state: string; detail: string }[] };
  };
  const failed = data.checks.filter((check) => check.state === 'failed');
  return { message: failed.map((check) => `${check.text}: ${check.detail}`).join('\n') };
}

async function which(program: string): Promise<string> {
  const { exec } = await import('../../src/adapters/exec.ts');
  return (await exec('sh', ['-c', `command -v ${program}`], { timeout: 10_000 })).stdout.trim();
}

/** A port that nothing listens on: it was free a moment ago. */
function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
