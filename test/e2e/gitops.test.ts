import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Flux, startFlux } from '../cluster/flux.ts';
import { type GitServer, startGitServer } from '../cluster/git-server.ts';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Company, PEOPLE, type RecordedLine, startCompany } from './support/company.ts';
import { manifests } from './support/product.ts';
import { rpd } from './support/rpd.ts';

/**
 * Releases to a production that the real Flux keeps: source-controller and kustomize-controller put back each second what anybody
 * changes in the cluster, all the time.
 */

const RELCTL = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../bin/relctl.js', import.meta.url));
const PATH = 'apps/shop/production';
const KUSTOMIZATION = `# What runs in production. Flux applies it.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- web.yaml   # all of it

images:
- name: registry.example/web   # relctl releases it
  newTag: "1.0.0"

labels:
- pairs: {team: shop}
`;

/**
 * A stand-in for GitHub behind `gh api`, whose people merge what they have been asked for once before, as one commit that says nothing of relctl.
 * What `gh` really says is tried in test/contract/merge-requests-cli.test.ts.
 */
const GH = `#!/usr/bin/env node
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const file = __dirname + '/pulls.json';
const pulls = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
const git = (...args) => execFileSync('git', args, { cwd: process.env.STAND_IN_REPOSITORY, encoding: 'utf8' }).trim();
const args = process.argv.slice(2);
const fields = Object.fromEntries(args.flatMap((one, at) => (args[at - 1] === '-f' ? [one.split(/=(.*)/s).slice(0, 2)] : [])));
if (args.includes('POST')) {
  const number = pulls.length + 1;
  pulls.push({ number, html_url: 'https://github.example/acme/config/pull/' + number, state: 'open', branch: fields.head, asked: 0 });
  process.stdout.write(JSON.stringify(pulls.at(-1)));
} else {
  const branch = new URLSearchParams(args.at(-1).split('?')[1]).get('head').split(':')[1];
  const found = pulls.filter((one) => one.branch === branch);
  for (const one of found.filter(({ state }) => state === 'open')) {
    one.asked += 1;
    if (one.asked < 2) continue;
    const identity = ['-c', 'user.name=GitHub', '-c', 'user.email=noreply@github.example'];
    const commit = git(...identity, 'commit-tree', branch + '^{tree}', '-p', 'main', '-m', 'Squashed ' + branch);
    git('update-ref', 'refs/heads/main', commit);
    Object.assign(one, { state: 'closed', merged_at: new Date().toISOString(), merge_commit_sha: commit });
  }
  process.stdout.write(JSON.stringify(found));
}
writeFileSync(file, JSON.stringify(pulls));
`;

let root: string;
let forge: string;
let server: GitServer;
let company: Company;
let flux: Flux;
let traffic: Traffic;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'relctl-config-'));
  server = await startGitServer(root);
  pushFiles('Production as it is', {
    [`${PATH}/kustomization.yaml`]: KUSTOMIZATION,
    [`${PATH}/web.yaml`]: manifests('1.0.0')['deploy/production/web.yaml'] ?? '',
    'README.md': 'The config repository.\n',
  });
  forge = join(root, 'forge');
  mkdirSync(forge);
  writeFileSync(join(forge, 'gh'), GH, { mode: 0o755 });
  company = await startCompany();
  flux = await startFlux(company.plane, { repository: server.url, path: PATH, namespace: 'shop', name: 'shop' });
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 250 });
});
afterAll(async () => {
  await traffic?.stop();
  await flux?.stop();
  await company?.stop();
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Somebody pushes to the config repository. */
function pushFiles(message: string, files: Readonly<Record<string, string>>): void {
  const clone = mkdtempSync(join(tmpdir(), 'relctl-config-clone-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, stdio: 'pipe' });
  git('clone', '-q', server.folder, '.');
  git('config', 'user.email', 'somebody@example.com');
  git('config', 'user.name', 'Somebody');
  git('checkout', '-q', '-B', 'main');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  git('add', '-A');
  git('commit', '-qm', message);
  git('push', '-q', 'origin', 'main');
  rmSync(clone, { recursive: true, force: true });
}

/** Says in relctl.yaml that production is brought to a release by commits, or not. */
function configure(gitops: Readonly<Record<string, unknown>> | undefined, forge?: { readonly kind: 'github' }): void {
  const file = join(company.product.root, 'relctl.yaml');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { environments: { production: Record<string, unknown> } };
  const { rollout: _rollout, gitops: _gitops, ...production } = config.environments.production;
  config.environments.production = gitops === undefined ? production : { ...production, rollout: 'gitops', gitops };
  company.product.write('relctl.yaml', JSON.stringify({ ...config, ...(forge && { forge }) }, null, 2));
}

const gitops = () => ({ repository: server.url, path: PATH, application: 'Kustomization/flux-system/shop' });

/** From the plan to both sign-offs. */
async function makeReady(id: string, tag: string, more = {}): Promise<void> {
  const commit = company.product.candidate(id, manifests(tag));
  company.product.write(`releases/${id}.yaml`, rpd({ id, commit, tag, more }));
  company.product.write(
    'reports/regression.xml',
    '<testsuite name="r" tests="1"><testcase classname="r" name="greets"/></testsuite>\n',
  );
  const go = ['--decision', 'go', '--operational-readiness', '--security-review', '--impact-assessment'];
  const steps: [string, readonly string[]][] = [
    [PEOPLE.lead, ['submit-cab', id, '--exception', SHARED]],
    [PEOPLE.cab, ['signoff', 'cab', id, ...go]],
    [PEOPLE.lead, ['stage', id, '--exception', SHARED]],
    [PEOPLE.qa, ['signoff', 'qa', id, '--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass']],
    [PEOPLE.ops, ['signoff', 'ops', id, '--decision', 'pass']],
  ];
  for (const [who, args] of steps) {
    const { code, stderr } = await company.relctl([...args, '--as', who]);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
}

const SHARED = 'several releases share the window of this test';
const AS_OPS = ['--as', PEOPLE.ops, '--exception', SHARED];
const deploy = (id: string) => company.relctl(['deploy', id, ...AS_OPS]);

const log = () => server.git('log', '--format=%s', 'main').split('\n');
const dataOf = (events: readonly RecordedLine[], type: string) => events.find((event) => event.type === type)?.data;

const names = async () =>
  (await company.cluster('shop').list({ apiVersion: 'apps/v1', kind: 'Deployment' })).map((one) => one.metadata.name);

/** Production in full, once Flux has nothing to do: objects that it applies get a new version at times, and nothing else. */
const contents = () => company.contents('shop');

describe('a production that Flux keeps', () => {
  it('is refused in the default mode before anything is announced, with the way through git', async () => {
    configure(undefined);
    await makeReady('direct', '2.0.0');
    const before = await contents();
    const { code, stderr } = await deploy('direct');
    expect(code).toBe(1);
    expect(stderr).toContain('Deployment/web is kept as it is by Flux Kustomization flux-system/shop');
    expect(stderr).toContain('rollout: gitops');
    expect(company.history('direct').events.some(({ type }) => type === 'deploy.started')).toBe(false);
    expect(await contents()).toEqual(before);
    const seen = await company.relctl(['doctor']);
    const way = `gitops: { repository: ${server.url}, path: ${PATH}, application: Kustomization/flux-system/shop }`;
    expect(seen.stdout.replaceAll(/\s+/g, ' ')).toContain(way);
    const checked = await company.relctl(['plan', 'direct', '--check', '--json']);
    expect(checked.stdout).toContain('services.kept-by-others');
  });

  it('gets a good release by one small commit, while Flux puts everything else back', async () => {
    configure(gitops());
    const looked = await company.relctl(['doctor']);
    expect(looked.stdout).toContain('Kustomization flux-system/shop');
    expect(looked.stdout).not.toContain('is kept as it is');
    await makeReady('good', '2.0.0');
    const { code, stderr } = await deploy('good');
    expect(code, stderr).toBe(0);
    const { phase, events } = company.history('good');
    expect(phase).toBe('deployed');
    expect(dataOf(events, 'canary.judged')).toMatchObject({ verdict: 'pass' });
    expect(log()).toEqual(['Release good: Greeting', 'Production as it is']);
    const diff = server
      .git('diff', 'main~1', 'main')
      .split('\n')
      .filter((line) => /^[+-](?![+-])/.test(line));
    expect(diff).toEqual([
      '-  newTag: "1.0.0"',
      expect.stringMatching(/^\+ {2}newTag: "?2\.0\.0"?$/),
      expect.stringMatching(/^\+ {2}digest: sha256:[0-9a-f]{64}$/),
    ]);
    const deployments = await company.cluster('shop').list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(deployments.map((one) => one.metadata.name)).toEqual(['web']);
    const verified = await company.relctl(['verify', 'good', '--as', PEOPLE.ops]);
    expect(verified.code, verified.stderr).toBe(0);
    expect((await company.relctl(['audit', 'good'])).code).toBe(0);
  });

  it('sees a bad canary before anything is committed', async () => {
    configure(gitops());
    await makeReady('bad', '3.0.0-bad-errors-30');
    const [before, head] = [await contents(), server.git('rev-parse', 'main')];
    const { code, stderr, stdout } = await deploy('bad');
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('rolled back');
    expect(company.history('bad').phase).toBe('rolled-back');
    expect(dataOf(company.history('bad').events, 'canary.judged')).toMatchObject({ verdict: 'fail' });
    expect(server.git('rev-parse', 'main')).toBe(head);
    expect(await contents()).toEqual(before);
  });

  it('gets a release that is bad in production back by a revert commit, and is what it was', async () => {
    configure(gitops());
    await makeReady('worse', '4.0.0', { smokeTests: [{ name: 'never', command: ['false'] }] });
    const [before, tree] = [await contents(), server.git('rev-parse', 'main^{tree}')];
    const { code, stderr } = await deploy('worse');
    expect(code, stderr).toBe(0);
    expect((await company.relctl(['verify', 'worse', '--as', PEOPLE.ops])).code).toBe(1);
    const back = await company.relctl(['rollback', 'worse', '--as', PEOPLE.ops, '--reason', 'smoke', '--confirm']);
    expect(back.code, back.stderr).toBe(0);
    expect(company.history('worse').phase).toBe('rolled-back');
    expect(dataOf(company.history('worse').events, 'rollback.completed')?.verified).toContain('empty diff');
    expect(log().slice(0, 2)).toEqual(['Roll back worse: Greeting', 'Release worse: Greeting']);
    expect(server.git('rev-parse', 'main^{tree}')).toBe(tree);
    expect(await contents()).toEqual(before);
  });

  it('gets one commit, though relctl is killed between the push and its record', async () => {
    configure(gitops());
    await makeReady('killed', '5.0.0');
    const hook = join(server.folder, 'hooks/post-receive');
    writeFileSync(hook, '#!/bin/sh\nsleep 5\n', { mode: 0o755 });
    const run = spawn(process.execPath, [RELCTL, 'deploy', 'killed', ...AS_OPS], {
      cwd: company.product.root,
      env: { ...process.env, RELCTL_TRUST_COMMANDS: '1' },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => run.once('close', resolve));
    await waitFor(() => log()[0] === 'Release killed: Greeting', { what: 'commit', timeoutMs: 120_000 });
    run.kill('SIGKILL');
    await ended;
    rmSync(hook);
    const done = company.history('killed').events.filter(({ type }) => type === 'step.completed');
    expect(done.some(({ data }) => data.step === 'commit@production')).toBe(false);
    const { code, stderr } = await company.relctl(['deploy', 'killed', '--resume', ...AS_OPS]);
    expect(code, stderr).toBe(0);
    expect(log().filter((subject) => subject.includes('killed'))).toEqual(['Release killed: Greeting']);
  });

  it('ends a canary when somebody changes what it is compared with', async () => {
    configure(gitops());
    await makeReady('drifted', '6.0.0');
    const file = server.git('show', `main:${PATH}/kustomization.yaml`);
    const running = deploy('drifted');
    await waitFor(async () => (await names()).includes('web-canary'), { what: 'canary', timeoutMs: 120_000 });
    pushFiles('An emergency', { [`${PATH}/kustomization.yaml`]: `${file.replace(/newTag: .*/, 'newTag: 5.0.1')}\n` });
    const { code, stdout, stderr } = await running;
    expect(code, stderr).toBe(1);
    // On a busy machine Flux comes to apply it only after the bake: then the repository itself tells of it.
    if (stderr.includes('gitops.clash')) {
      expect(stderr).toContain('kustomization.yaml says');
      const back = await company.relctl(['deploy', 'drifted', '--abort', ...AS_OPS]);
      expect(back.code, back.stderr).toBe(0);
      expect(company.history('drifted').phase).toBe('aborted');
      // An empty commit withdraws what was about to be pushed, so that no late push of it lands.
      expect(log()[0]).toBe('Withdraw drifted: Greeting');
    } else {
      expect(stdout).toContain('Deployment/web was changed');
      expect(company.history('drifted').phase).toBe('rolled-back');
    }
    expect(await names()).toEqual(['web']);
    expect(log().find((subject) => !subject.startsWith('Withdraw'))).toBe('An emergency');
    expect(server.git('show', `main:${PATH}/kustomization.yaml`)).toContain('newTag: 5.0.1');
  });

  it('gets and gives back a release by requests that people merge, squashed and without trailers', async () => {
    configure({ ...gitops(), via: 'merge-request' }, { kind: 'github' });
    await makeReady('asked', '7.0.0');
    const env = { PATH: `${forge}:${process.env.PATH}`, STAND_IN_REPOSITORY: server.folder };
    const tree = server.git('rev-parse', 'main^{tree}');
    const before = await contents();
    const { code, stderr } = await company.relctl(['deploy', 'asked', ...AS_OPS], env);
    expect(code, stderr).toBe(0);
    expect(log()[0]).toBe('Squashed relctl/asked-1-rollout');
    const why = ['--reason', 'smoke', '--confirm', '--as', PEOPLE.ops];
    const back = await company.relctl(['rollback', 'asked', ...why], env);
    expect(back.code, back.stderr).toBe(0);
    expect(log()[0]).toBe('Squashed relctl/asked-1-revert');
    expect(server.git('rev-parse', 'main^{tree}')).toBe(tree);
    expect(await contents()).toEqual(before);
  });
});
