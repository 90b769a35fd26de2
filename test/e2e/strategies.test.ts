import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyAll } from '../cluster/apply.ts';
import type { Backend } from '../cluster/router.ts';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { type Company, startCompany } from './support/company.ts';
import { deploy, deployAnyway, makeReady } from './support/walk.ts';

/**
 * Each canary strategy on real parts: pods that are processes, an API server that checks every write, a Prometheus that
 * measures. What a gateway and ingress-nginx do with weights is done by a stand-in that reads the same objects.
 */

const REQUESTS = 20_000;
const TRAFFIC = { httpRoute: 'web', ingress: 'web', service: 'web-stable' };

/** What a request of the test's users goes through, by strategy. */
interface Way {
  readonly strategy: string;
  readonly share: string;
  readonly canary: Readonly<Record<string, unknown>>;
  readonly backends: (company: Company) => readonly Backend[];
}

const WAYS: readonly Way[] = [
  {
    strategy: 'http-route',
    share: '1%',
    canary: { bake: '60s', extension: '60s' },
    backends: ({ router }) => router.route('shop', 'web'),
  },
  {
    strategy: 'ingress-nginx',
    share: '2%',
    canary: { bake: '40s', extension: '40s' },
    backends: ({ router }) => router.ingress('shop', 'web'),
  },
  {
    strategy: 'shared-service',
    share: '10%',
    canary: { bake: '20s', extension: '20s' },
    backends: ({ router }) => router.service('shop', 'web'),
  },
];

/** Sends many requests at once and gives the share that pods of the canary answered, by their name. */
async function measuredShare(backends: () => readonly Backend[], isCanary: (pod: string) => boolean): Promise<number> {
  const traffic = startTraffic({ backends, rate: 700, count: REQUESTS });
  await traffic.done;
  const { pods, sent, skipped } = await traffic.stop();
  expect(sent + skipped).toBe(REQUESTS);
  let [canary, all] = [0, 0];
  for (const [pod, { ok, failed }] of pods) {
    all += ok + failed;
    if (isCanary(pod)) canary += ok + failed;
  }
  expect(all).toBeGreaterThan(0.95 * REQUESTS);
  return canary / all;
}

describe('in one cluster', () => {
  let company: Company;
  let current: Way = WAYS[0] as Way;
  let traffic: Traffic;

  beforeAll(async () => {
    company = await startCompany({ traffic: TRAFFIC });
    applyAll(company.plane, 'shop', [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'web', annotations: { team: 'shop' } },
        spec: {
          parentRefs: [{ name: 'public' }],
          hostnames: ['shop.example.com'],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/' } }],
              filters: [
                { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-shop', value: '1' }] } },
              ],
              backendRefs: [{ name: 'web-stable', port: 80 }],
            },
          ],
        },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web', annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' } },
        spec: {
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'web-stable', port: { number: 80 } } } },
                ],
              },
            },
          ],
        },
      },
    ]);
    traffic = startTraffic({ backends: () => current.backends(company), rate: 300 });
  });
  afterAll(async () => {
    await traffic?.stop();
    await company?.stop();
  });

  describe.each(WAYS)('$strategy', (way) => {
    const release = (id: string, tag: string) => ({
      id,
      tag,
      canary: { ...way.canary, strategy: way.strategy, share: way.share },
    });

    it(`sends ${way.share} of ${REQUESTS} requests to the canary, within a fifth, and none once it is rolled out`, async () => {
      current = way;
      const id = `good-${way.strategy}`;
      await makeReady(company, release(id, `2.0.0-${way.strategy}`));
      const routes = (await company.contents('shop')).filter((one) => ['HTTPRoute', 'Ingress'].includes(one.kind));
      const judged = await deployAnyway(company, id, '--canary');
      expect(judged.code, judged.stderr).toBe(0);
      const asked = Number.parseFloat(way.share) / 100;
      const share = await measuredShare(
        () => way.backends(company),
        (pod) => pod.startsWith('web-canary-'),
      );
      expect(share).toBeGreaterThan(asked * 0.8);
      expect(share).toBeLessThan(asked * 1.2);
      const promoted = await deploy(company, id, '--promote');
      expect(promoted.code, promoted.stderr).toBe(0);
      expect(company.history(id).phase).toBe('deployed');
      const after = await company.contents('shop');
      expect(after.filter((one) => one.metadata.name.includes('canary'))).toEqual([]);
      expect(after.filter((one) => ['HTTPRoute', 'Ingress'].includes(one.kind))).toEqual(routes);
    });

    it('rolls a bad release back by itself, and everything that it touched is what it was', async () => {
      current = way;
      const id = `bad-${way.strategy}`;
      await makeReady(company, release(id, `3.0.0-${way.strategy}-bad-errors-30`));
      const before = await company.contents('shop');
      const { code, stdout, stderr } = await deployAnyway(company, id);
      expect(code, stderr).toBe(1);
      expect(stdout).toContain('rolled back');
      const { phase, events } = company.history(id);
      expect(phase).toBe('rolled-back');
      expect(events.find((event) => event.type === 'canary.judged')?.data).toMatchObject({ verdict: 'fail' });
      expect(await company.contents('shop')).toEqual(before);
    });
  });
});

describe('in regions', () => {
  const REGIONS = ['shop-eu', 'shop-us', 'shop-ap'];
  /** One in ten users is in the first region. */
  const WEIGHTS = [1, 4, 5];
  let company: Company;
  let traffic: Traffic;
  const backends = () =>
    REGIONS.flatMap((region, index) =>
      company.router.service(region, 'web').map((one) => ({ ...one, name: region, weight: WEIGHTS[index] ?? 0 })),
    );
  const canary = {
    strategy: 'region',
    region: 'shop-eu',
    share: '10%',
    waves: [{ regions: ['shop-us'], soak: '10s' }, { regions: ['shop-ap'] }],
  };

  beforeAll(async () => {
    company = await startCompany({ regions: REGIONS, replicas: 2 });
    traffic = startTraffic({ backends, rate: 250 });
  });
  afterAll(async () => {
    await traffic?.stop();
    await company?.stop();
  });

  it('goes to one region, then to the others in waves with a soak between them', async () => {
    await makeReady(company, { id: 'good', tag: '2.0.0', replicas: 2, canary });
    const judged = await deployAnyway(company, 'good', '--canary');
    expect(judged.code, judged.stderr).toBe(0);
    const inFirst = new Set(
      company.kubelet.endpoints('shop-eu', { 'app.kubernetes.io/name': 'web' }).map((one) => one.pod),
    );
    const share = await measuredShare(backends, (pod) => inFirst.has(pod));
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
    const promoted = await deploy(company, 'good', '--promote');
    expect(promoted.code, promoted.stderr).toBe(0);
    const completed = company
      .history('good')
      .events.flatMap((one) => (one.type === 'step.completed' ? [one.data.step] : []));
    expect(completed.filter((step) => /^(rollout|soak)/.test(String(step)))).toEqual([
      'rollout:web@production/shop-eu',
      'rollout:web@production/shop-us',
      'soak:1',
      'rollout:web@production/shop-ap',
    ]);
  });

  it('takes the first region back when it is worse than the others, which never saw the release', async () => {
    await makeReady(company, { id: 'bad', tag: '3.0.0-bad-errors-30', replicas: 2, canary });
    const before = await Promise.all(REGIONS.map((region) => company.contents(region)));
    const { code, stderr } = await deployAnyway(company, 'bad');
    expect(code, stderr).toBe(1);
    expect(company.history('bad').phase).toBe('rolled-back');
    expect(await Promise.all(REGIONS.map((region) => company.contents(region)))).toEqual(before);
  });
});
