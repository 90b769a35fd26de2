import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyAll } from '../cluster/apply.ts';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Company, startCompany } from './support/company.ts';
import { manifests, STABLE_REPLICAS } from './support/product.ts';
import { deployAnyway, makeReady } from './support/walk.ts';

/** Candidates that are fine in staging and cannot run in production: relctl says why within seconds and puts all back. */
let company: Company;
let traffic: Traffic;

beforeAll(async () => {
  company = await startCompany();
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 100 });
});
afterAll(async () => {
  await traffic?.stop();
  await company?.stop();
});

/** Production's manifest with its pods changed. */
function production(tag: string, change: (text: string) => string): Readonly<Record<string, string>> {
  const path = 'deploy/production/web.yaml';
  return { [path]: change(manifests(tag)[path] ?? '') };
}

async function failing(
  id: string,
  files: Readonly<Record<string, string>>,
  phase = 'rolled-back',
): Promise<{ seconds: number; text: string }> {
  await makeReady(company, { id, tag: `2.0.0-${id}`, files });
  const before = await company.contents('shop');
  const began = Date.now();
  const { code, stdout, stderr } = await deployAnyway(company, id);
  const seconds = (Date.now() - began) / 1000;
  expect(code, stderr).toBe(1);
  expect(company.history(id).phase, stderr).toBe(phase);
  expect(company.history(id).events.some((one) => one.type === 'canary.judged')).toBe(false);
  expect(await company.contents('shop')).toEqual(before);
  return { seconds, text: `${stdout}${stderr}` };
}

/** What a dry run of the server refuses is found before anything is announced or changed. */
const UNTOUCHED = 'ready';

describe('a canary that cannot run', () => {
  // A Deployment's progress deadline is 600 s, and the policy waits as long: what ends in half of that was not waited for.
  const FAST = 300;

  it('because the namespace refuses its pods', async () => {
    applyAll(company.plane, 'shop', [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'limits' },
        spec: { limits: [{ type: 'Container', max: { memory: '64Mi' } }] },
      },
    ]);
    const resources = '          resources: { limits: { memory: 1Gi }, requests: { memory: 1Gi } }\n';
    const files = production('2.0.0-refused', (text) =>
      text.replace('          ports:\n', `${resources}          ports:\n`),
    );
    const { seconds, text } = await failing('refused', files, UNTOUCHED);
    expect(text).toContain('maximum memory usage per Container is 64Mi');
    expect(seconds).toBeLessThan(FAST);
  });

  it('because it reads a ConfigMap that is not there', async () => {
    const files = production('2.0.0-config', (text) =>
      text.replace('                name: web\n', '                name: web-missing\n'),
    );
    const { seconds, text } = await failing('config', files);
    expect(text).toContain('CreateContainerConfigError');
    expect(seconds).toBeLessThan(FAST);
  });

  it('because it ends as soon as it starts: with its last words', async () => {
    const crash = '          env: [{ name: CRASH, value: "FATAL: cannot reach the ledger" }]\n';
    const files = production('2.0.0-ledger', (text) =>
      text.replace('          ports:\n', `${crash}          ports:\n`),
    );
    const { seconds, text } = await failing('ledger', files);
    expect(text).toContain('CrashLoopBackOff');
    expect(text).toContain('FATAL: cannot reach the ledger');
    expect(seconds).toBeLessThan(FAST);
  });

  it('because the quota of the namespace is full', async () => {
    const kind = { apiVersion: 'v1', kind: 'ResourceQuota' };
    const spec = { hard: { pods: String(STABLE_REPLICAS) } };
    applyAll(company.plane, 'shop', [{ ...kind, metadata: { name: 'pods' }, spec }]);
    const counted = async () => JSON.stringify((await company.cluster('shop').get({ ...kind, name: 'pods' }))?.status);
    await waitFor(async () => (await counted()).includes('"used"'), {
      what: 'the quota to be counted',
    });
    const { seconds, text } = await failing('quota', {}, UNTOUCHED);
    expect(text).toMatch(/would be refused: .*exceeded quota: pods/);
    expect(seconds).toBeLessThan(FAST);
  });
});
