import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { applyAll } from '../../cluster/apply.ts';
import { GATEWAY, startTraffic, type Traffic } from '../../cluster/traffic.ts';
import { waitFor } from '../../cluster/wait.ts';
import { type Company, startCompany } from '../support/company.ts';
import { manifests } from '../support/product.ts';
import { HOSTS, ROUTES, TRAFFIC, through } from '../support/steered.ts';
import { deployAnyway, makeReady } from '../support/walk.ts';

/** Users at 300 requests/s behind a real gateway, while their service is replaced: by kubectl, then by a release of the same change. */

const RATE = 300;
const PRODUCTION = 'deploy/production/web.yaml';
const REPLICAS = 3;

/** The manifests of `web`, whose pods keep answering for a moment after they were told to end. */
function prepared(version: string): Record<string, string> {
  const preStop =
    '          lifecycle:\n            preStop:\n              exec:\n                command: [sleep, "5"]\n';
  const files = manifests(version, `hello from ${version}`, REPLICAS);
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text + preStop]));
}

let company: Company;
let traffic: Traffic;

/** What became of requests that no pod answered; those that this machine was too busy to send are no part of it. */
interface Lost {
  /** Answered by the gateway in a pod's place. */
  readonly byGateway: number;
  /** Refused, reset, or too late. */
  readonly unanswered: number;
}

async function lostDuring(work: () => Promise<unknown>): Promise<Lost> {
  const now = (): Lost => {
    const { pods } = traffic.report();
    const unanswered = [...pods.values()].reduce((sum, tally) => sum + tally.unanswered, 0);
    return { byGateway: pods.get(GATEWAY)?.failed ?? 0, unanswered };
  };
  const before = now();
  await work();
  const after = now();
  return { byGateway: after.byGateway - before.byGateway, unanswered: after.unanswered - before.unanswered };
}

/** Not in a synchronous call: the kubelet of the test lives in this very process. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const { kubeconfig, name } = company.plane;
  const where = ['--kubeconfig', kubeconfig, '--context', name, '-n', 'shop'];
  return (await promisify(execFile)('kubectl', [...where, ...args])).stdout;
}

/** As a person would: another image, and waiting until all pods have it. */
async function rollOut(image: string): Promise<void> {
  await kubectl('set', 'image', 'deployment/web', `web=${image}`);
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  // The old pods are still ending; what they lose counts too.
  await waitFor(async () => (await kubectl('get', 'pods', '-o', 'name')).trim().split('\n').length === REPLICAS, {
    what: 'end of old pods',
  });
}

describe('at 300 requests/s through a gateway', () => {
  beforeAll(async () => {
    company = await startCompany({ traffic: TRAFFIC, realGateway: true, replicas: REPLICAS });
    const text = prepared('1.0.0')[PRODUCTION] ?? '';
    applyAll(company.plane, 'shop', [...parseAllDocuments(text).map((one) => one.toJS() as object), ...ROUTES]);
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    const first = startTraffic({ ...through(HOSTS.httpRoute)(company), rate: 20 });
    await waitFor(() => [...first.report().pods.keys()].some((pod) => pod.startsWith('web-')), {
      what: 'route in force',
    });
    await first.stop();
    traffic = startTraffic({ ...through(HOSTS.httpRoute)(company), rate: RATE });
  });
  afterAll(async () => {
    await traffic?.stop();
    await company?.stop();
  });

  it('a good release loses no request that a rolling update of the same change would not lose', async () => {
    const toKubectl = await lostDuring(() => rollOut('registry.example/web:2.0.0'));
    await rollOut('registry.example/web:1.0.0');
    const canary = { strategy: 'http-route', share: '10%', bake: '20s', extension: '20s' };
    await makeReady(company, { id: 'good', tag: '2.0.0', replicas: REPLICAS, files: prepared('2.0.0'), canary });

    const toRelease = await lostDuring(async () => {
      const { code, stderr } = await deployAnyway(company, 'good');
      expect(code, stderr).toBe(0);
    });
    console.log(`${traffic.report().sent} requests`, { toKubectl, toRelease });
    expect(toRelease.byGateway + toRelease.unanswered).toBeLessThanOrEqual(toKubectl.byGateway + toKubectl.unanswered);
    expect(company.history('good').phase).toBe('deployed');
  });
});
