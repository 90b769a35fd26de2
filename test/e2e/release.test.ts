import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { type Company, PEOPLE, startCompany } from './support/company.ts';
import { manifests } from './support/product.ts';
import { rpd } from './support/rpd.ts';

/**
 * A company's release on real parts: git, kubectl, a kube-apiserver with etcd and controller manager, pods that are processes,
 * requests that reach them, and a Prometheus that measures them.
 */
let company: Company;
let traffic: Traffic;

beforeAll(async () => {
  company = await startCompany();
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 250 });
});
afterAll(async () => {
  await traffic?.stop();
  await company?.stop();
});

/** From the plan to both sign-offs. */
async function makeReady(id: string, tag: string, more = {}): Promise<void> {
  const commit = company.product.candidate(id, manifests(tag, `hello from ${tag}`));
  company.product.write(`releases/${id}.yaml`, rpd({ id, commit, tag, more }));
  company.product.write(
    'reports/regression.xml',
    '<testsuite name="r" tests="1"><testcase classname="r" name="greets"/></testsuite>\n',
  );
  const steps: [string, readonly string[]][] = [
    [PEOPLE.lead, ['submit-cab', id, '--exception', 'several releases share the window of this test']],
    [
      PEOPLE.cab,
      ['signoff', 'cab', id, '--decision', 'go', '--operational-readiness', '--security-review', '--impact-assessment'],
    ],
    [PEOPLE.lead, ['stage', id]],
    [PEOPLE.qa, ['signoff', 'qa', id, '--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass']],
    [PEOPLE.ops, ['signoff', 'ops', id, '--decision', 'pass']],
  ];
  for (const [who, args] of steps) {
    const { code, stderr } = await company.relctl([...args, '--as', who]);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
}

/** What the hook was given, in order: the texts of the messages. */
function notifications(): readonly string[] {
  const lines = readFileSync(join(company.product.root, '.relctl/notifications.ndjson'), 'utf8');
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { data: { text: string } }).data.text);
}

describe('a good release', () => {
  it('goes to production through a canary, and the canary leaves nothing behind', async () => {
    await makeReady('good', '2.0.0');
    const { code, stderr } = await company.relctl(['deploy', 'good', '--as', PEOPLE.ops]);
    expect(code, stderr).toBe(0);
    const { phase, events } = company.history('good');
    expect(phase).toBe('deployed');
    expect(events.find((event) => event.type === 'canary.judged')?.data).toMatchObject({ verdict: 'pass' });
    const deployments = await company.cluster('shop').list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(deployments.map((one) => one.metadata.name)).toEqual(['web']);
    const endpoint = company.kubelet.endpoints('shop', { 'app.kubernetes.io/name': 'web' })[0];
    expect(await (await fetch(`http://${endpoint?.host}:${endpoint?.port}/`)).json()).toMatchObject({
      version: '2.0.0',
    });
    expect(notifications()).toContain('Production Deployment starting: Greeting.');
    const verified = await company.relctl(['verify', 'good', '--as', PEOPLE.ops]);
    expect(verified.code, verified.stderr).toBe(0);
    expect(notifications()).toContain('Deployment complete. Monitoring for stabilization.');
    expect((await company.relctl(['audit', 'good'])).code).toBe(0);
  });
});

describe('a bad release', () => {
  it('is caught by the canary and rolled back; production is byte for byte what it was', async () => {
    await makeReady('bad', '3.0.0-bad-errors-30');
    const before = await company.contents('shop');
    const { code, stdout, stderr } = await company.relctl([
      'deploy',
      'bad',
      '--as',
      PEOPLE.ops,
      '--exception',
      'several releases share the window of this test',
    ]);
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('rolled back');
    const { phase, events } = company.history('bad');
    expect(phase).toBe('rolled-back');
    expect(events.find((event) => event.type === 'canary.judged')?.data).toMatchObject({ verdict: 'fail' });
    expect(await company.contents('shop')).toEqual(before);
    expect((await company.relctl(['audit', 'bad'])).code).toBe(0);
  });

  it('with an image that no registry has fails fast, with production untouched', async () => {
    const commit = company.product.candidate('gone', manifests('missing'));
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    company.product.write('releases/gone.yaml', rpd({ id: 'gone', commit, tag: 'missing' }));
    await company.relctl(['submit-cab', 'gone', '--as', PEOPLE.lead, '--exception', 'shared window']);
    await company.relctl([
      'signoff',
      'cab',
      'gone',
      '--as',
      PEOPLE.cab,
      '--decision',
      'go',
      '--operational-readiness',
      '--security-review',
      '--impact-assessment',
    ]);
    const { code, stderr } = await company.relctl(['stage', 'gone', '--as', PEOPLE.lead]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/(ErrImagePull|ImagePullBackOff) in web-/);
  });
});
