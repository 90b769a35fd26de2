import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyAll } from '../../cluster/apply.ts';
import { GATEWAY_NAME } from '../../cluster/traefik.ts';
import { startTraffic, type Traffic, type TrafficOptions } from '../../cluster/traffic.ts';
import { type Company, startCompany } from './company.ts';
import { deployAnyway, makeReady } from './walk.ts';

const REQUESTS = 20_000;
/** What relctl.yaml says of `web`. */
export const TRAFFIC = { httpRoute: 'web', ingress: 'web', service: 'web-stable' };
/** Names that users know the shop by: the route of a gateway and the Ingress have each their own. */
export const HOSTS = { httpRoute: 'shop.example.com', ingress: 'old.example.com' };

/** What a request of the test's users goes through. */
export type Path = Pick<TrafficOptions, 'backends' | 'host'>;

/** Through the real gateway, by a name that it serves. */
export const through =
  (host: string) =>
  ({ gateway }: Company): Path => ({ backends: () => (gateway === undefined ? [] : [gateway.entrance]), host });

/** A canary strategy in a test. */
export interface Way {
  readonly strategy: string;
  readonly share: string;
  readonly canary: Readonly<Record<string, unknown>>;
  readonly path: (company: Company) => Path;
}

/** Sends many requests at once and gives the share that pods of the canary answered, by their name. */
export async function measuredShare(path: Path, isCanary: (pod: string) => boolean): Promise<number> {
  const traffic = startTraffic({ ...path, rate: 700, count: REQUESTS });
  await traffic.done;
  const { pods, sent, skipped } = await traffic.stop();
  expect(sent + skipped).toBe(REQUESTS);
  let [canary, all] = [0, 0];
  for (const [pod, { ok, failed }] of pods) {
    all += ok + failed;
    if (isCanary(pod)) canary += ok + failed;
  }
  // What a busy machine did not send tells nothing about shares; of what it sent, nearly all is answered.
  expect(all).toBeGreaterThan(0.95 * sent);
  expect(sent).toBeGreaterThan(REQUESTS / 2);
  return canary / all;
}

/** The route and the Ingress that the shop has before any release, with what is not relctl's in them. */
export const ROUTES = [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', annotations: { team: 'shop' } },
    spec: {
      parentRefs: [{ name: GATEWAY_NAME }],
      hostnames: [HOSTS.httpRoute],
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
      ingressClassName: 'nginx',
      rules: [
        {
          host: HOSTS.ingress,
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'web-stable', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  },
];

/** What holds of each strategy that has canary pods, whoever divides the requests. */
export function describeStrategies(ways: readonly Way[], realGateway: boolean): void {
  let company: Company;

  beforeAll(async () => {
    company = await startCompany({ traffic: TRAFFIC, realGateway });
    applyAll(company.plane, 'shop', ROUTES);
  });
  afterAll(() => company?.stop());

  describe.each(ways)('$strategy', (way) => {
    let traffic: Traffic;
    beforeAll(() => {
      traffic = startTraffic({ ...way.path(company), rate: 300 });
    });
    afterAll(() => traffic?.stop());
    const release = (id: string, tag: string) => ({
      id,
      tag,
      canary: { ...way.canary, strategy: way.strategy, share: way.share },
    });

    it(`sends ${way.share} of ${REQUESTS} requests to the canary, within a fifth, and none once it is rolled out`, async () => {
      const id = `good-${way.strategy}`;
      await makeReady(company, release(id, `2.0.0-${way.strategy}`));
      const routes = (await company.contents('shop')).filter((one) => ['HTTPRoute', 'Ingress'].includes(one.kind));
      const judged = await deployAnyway(company, id, '--canary');
      expect(judged.code, judged.stderr).toBe(0);
      const asked = Number.parseFloat(way.share) / 100;
      const share = await measuredShare(way.path(company), (pod) => pod.startsWith('web-canary-'));
      expect(share).toBeGreaterThan(asked * 0.8);
      expect(share).toBeLessThan(asked * 1.2);
      const promoted = await deployAnyway(company, id, '--promote');
      expect(promoted.code, promoted.stderr).toBe(0);
      expect(company.history(id).phase).toBe('deployed');
      const after = await company.contents('shop');
      expect(after.filter((one) => one.metadata.name.includes('canary'))).toEqual([]);
      expect(after.filter((one) => ['HTTPRoute', 'Ingress'].includes(one.kind))).toEqual(routes);
    });

    it('rolls a bad release back by itself, and everything that it touched is what it was', async () => {
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
}
