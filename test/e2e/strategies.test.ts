import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { type Company, startCompany } from './support/company.ts';
import { describeStrategies, measuredShare } from './support/steered.ts';
import { deploy, deployAnyway, makeReady } from './support/walk.ts';

/**
 * Each canary strategy on real parts: pods that are processes, an API server that checks every write, a Prometheus that
 * measures. What a gateway and ingress-nginx do with weights is done by a stand-in that reads the same objects; the same
 * through a real gateway is in gateway/.
 */

describe('in one cluster', () => {
  describeStrategies(
    [
      {
        strategy: 'http-route',
        share: '1%',
        canary: { bake: '60s', extension: '60s' },
        path: ({ router }) => ({ backends: () => router.route('shop', 'web') }),
      },
      {
        strategy: 'ingress-nginx',
        share: '2%',
        canary: { bake: '40s', extension: '40s' },
        path: ({ router }) => ({ backends: () => router.ingress('shop', 'web') }),
      },
      {
        strategy: 'shared-service',
        share: '10%',
        canary: { bake: '20s', extension: '20s' },
        path: ({ router }) => ({ backends: () => router.service('shop', 'web') }),
      },
    ],
    false,
  );
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
    const share = await measuredShare({ backends }, (pod) => inFirst.has(pod));
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
