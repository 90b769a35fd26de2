import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/ports/cluster.ts';
import { type Company, type CompanyOptions, deadRuns, openCompany, refusal } from '../../../support/company.ts';
import type { Manifest } from '../../../support/company-files.ts';
import { toProduction, undo, walkTo } from '../../../support/company-walk.ts';
import { dyingStore, Killed } from '../../../support/dying-store.ts';

let company: Company;
afterEach(() => company.close());

type Strategy = 'http-route' | 'ingress-nginx';
const PARENT = { name: 'public' };
/** A backend that somebody else added to the route of web; its weight is not relctl's to change. */
const FOREIGN = { name: 'legacy-web', port: 80, weight: 300 };

/** Stable Services, and what divides requests: a route of its own for each service, not among the manifests. */
function steered(strategy: Strategy, more: Partial<CompanyOptions['shape']> = {}): CompanyOptions {
  return {
    shape: {
      replicas: { web: 3, api: 2 },
      config: (config) => {
        for (const [name, service] of Object.entries(config.services as Record<string, Record<string, unknown>>)) {
          service.traffic = { [strategy === 'http-route' ? 'httpRoute' : 'ingress']: `${name}-public`, service: name };
        }
      },
      objects: (objects) => objects.map(selectingStable),
      ...more,
    },
    plan: ({ spec }) => {
      spec.canary = { ...spec.canary, strategy };
    },
  };
}

function selectingStable(object: Manifest): Manifest {
  if (object.kind !== 'Service') return object;
  const spec = object.spec as { selector: object };
  return { ...object, spec: { ...spec, selector: { ...spec.selector, track: 'stable' } } };
}

function route(service: string, refs: readonly object[]): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: `${service}-public`, annotations: { team: service } },
    spec: {
      parentRefs: [PARENT],
      rules: [
        { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: refs },
        { matches: [{ path: { type: 'Exact', value: '/old' } }], backendRefs: [{ name: 'legacy-web', port: 80 }] },
      ],
    },
  };
}

function ingress(service: string): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: `${service}-public`, annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' } },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: `${service}.example.com`,
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }],
          },
        },
      ],
    },
  };
}

async function openSteered(strategy: Strategy, options: CompanyOptions = steered(strategy)): Promise<void> {
  company = await openCompany(options);
  const legacy = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'legacy-web' },
    spec: { selector: { app: 'old' } },
  };
  company.sandbox.seedCluster('production', [
    legacy,
    ...(strategy === 'http-route'
      ? [
          route('web', [{ name: 'web', port: 80, weight: 700, filters: [{ type: 'RequestHeaderModifier' }] }, FOREIGN]),
          route('api', [{ name: 'api', port: 80 }]),
        ]
      : [ingress('web'), ingress('api')]),
  ]);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

const cluster = () => company.sandbox.cluster('production');
const liveRoute = (service: string) =>
  cluster().get({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', name: `${service}-public` });

/** Shares of the canaries of the requests, at the last look of the bake. */
function sharesSeen(): readonly (number | undefined)[] {
  return company.told.flatMap((one) => (one.type === 'canary.look' ? [one.share] : [])).slice(-1);
}

describe.each(['http-route', 'ingress-nginx'] as const)('%s', (strategy) => {
  it('gives the canary exactly its share, and a good release leaves nothing of the canary behind', async () => {
    await openSteered(strategy);
    const before = await company.production();
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const [share = 0] = sharesSeen();
    expect(share).toBeGreaterThan(0.008);
    expect(share).toBeLessThan(0.012);
    const after = await company.production();
    expect(Object.keys(after).filter((name) => name.includes('canary'))).toEqual([]);
    const routes = Object.keys(before).filter((name) => name.endsWith('-public'));
    expect(routes).toHaveLength(2);
    for (const name of routes) expect(after[name]).toBe(before[name]);
  });

  it('goes back when the candidate is bad: requests first, then the rest, and everything is what it was', async () => {
    await openSteered(strategy);
    const before = await company.production();
    company.sandbox.faults.set('canary-errors', true);
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.failed', phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
    const undone = (await company.plan()).events.flatMap((one) =>
      one.type === 'step.intended' ? [one.data.step] : [],
    );
    expect(undone.filter((step) => step.startsWith('undo:')).slice(0, 2)).toEqual(['undo:traffic', 'undo:canaries']);
  });

  it('needs no label in the Service: the canary gets values of its own', async () => {
    await openSteered(strategy, { ...steered(strategy, { objects: (objects) => objects }) });
    expect(await toProduction(company)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });
});

describe('a death', () => {
  it.each([
    'step.completed canary:web@production',
    'step.completed expose:api@production',
    'step.completed expose:web@production',
    'step.completed hide:web@production',
    'step.completed retire:web@production',
  ])('at %s is gone on from, and leaves nothing behind', async (event) => {
    await openSteered('http-route');
    const before = await company.production();
    const store = dyingStore(company.store, event, 'before');
    await expect(toProduction(company, {}, { store, runs: deadRuns(company) })).rejects.toBeInstanceOf(Killed);
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
    const after = await company.production();
    expect(Object.keys(after).filter((name) => name.includes('canary'))).toEqual([]);
    for (const name of Object.keys(before).filter((one) => one.endsWith('-public')))
      expect(after[name]).toBe(before[name]);
  });

  it.each(['step.completed expose:web@production', 'step.completed undo:traffic', 'step.completed undo:canaries'])(
    'at %s is taken out by --abort',
    async (event) => {
      await openSteered('http-route');
      const before = await company.production();
      const dying = (mode: 'full' | 'abort') =>
        toProduction(company, { mode }, { store: dyingStore(company.store, event, 'before'), runs: deadRuns(company) });
      if (event.includes('undo')) {
        const store = dyingStore(company.store, 'step.completed bake', 'before');
        await expect(toProduction(company, {}, { store, runs: deadRuns(company) })).rejects.toBeInstanceOf(Killed);
        await expect(dying('abort')).rejects.toBeInstanceOf(Killed);
      } else await expect(dying('full')).rejects.toBeInstanceOf(Killed);
      expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
      expect(await company.production()).toEqual(before);
    },
  );
});

describe('http-route', () => {
  it('is ready at weight 0 first, then divides its own weight and keeps filters, foreign backends and other rules', async () => {
    await openSteered('http-route');
    const seen: unknown[] = [];
    const sink = {
      emit: (progress: { type: string; step?: string; state?: string }) => {
        company.told.push(progress as never);
        if (progress.type !== 'step' || progress.state !== 'completed') return;
        if (!/^(canary|expose|hide):web/.test(progress.step ?? '')) return;
        void liveRoute('web').then((one) => seen.push((one?.spec as { rules: unknown[] } | undefined)?.rules));
      },
    };
    await toProduction(company, {}, { sink });
    const rules = (weights: [number, number] | undefined) => [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [
          { name: 'web', port: 80, weight: weights?.[0] ?? 700, filters: [{ type: 'RequestHeaderModifier' }] },
          ...(weights === undefined
            ? []
            : [{ name: 'web-canary', port: 80, weight: weights[1], filters: [{ type: 'RequestHeaderModifier' }] }]),
          FOREIGN,
        ],
      },
      { matches: [{ path: { type: 'Exact', value: '/old' } }], backendRefs: [{ name: 'legacy-web', port: 80 }] },
    ];
    expect(seen).toEqual([rules([700, 0]), rules([693, 7]), rules(undefined)]);
  });

  it('keeps what somebody else changed in the route meanwhile, and still proves that nothing of ours is left', async () => {
    await openSteered('http-route');
    let edited = false;
    const sink = {
      emit: ({ type }: { type: string }) => {
        if (type !== 'canary.look' || edited) return;
        edited = true;
        company.sandbox.faults.set('canary-errors', true);
        void liveRoute('api').then(async (one) => {
          if (one === undefined) return;
          const { rules } = one.spec as { rules: { backendRefs: object[] }[] };
          const added = { name: 'legacy-web', port: 80, weight: 5 };
          const next = rules.map((rule, index) =>
            index === 0 ? { ...rule, backendRefs: [...rule.backendRefs, added] } : rule,
          );
          const changed = { ...one, spec: { ...(one.spec as object), rules: next } };
          await cluster().replace(changed, { resourceVersion: one.metadata.resourceVersion ?? '' });
        });
      },
    };
    await toProduction(company, { mode: 'canary' }, { sink });
    await toProduction(company, { mode: 'abort', reason: 'a doubt' });
    expect((await company.state()).phase).toBe('aborted');
    const { rules } = ((await liveRoute('api'))?.spec ?? {}) as { rules: { backendRefs: object[] }[] };
    expect(rules[0]?.backendRefs).toEqual([
      { name: 'api', port: 80 },
      { name: 'legacy-web', port: 80, weight: 5 },
    ]);
    const events = (await company.plan()).events;
    const verified = events.find((one) => one.type === 'rollback.completed')?.data;
    expect(verified).toMatchObject({
      verified: expect.stringContaining('others changed production HTTPRoute/api-public'),
    });
  });

  it('goes back when its gateway does not take the route, and says what the gateway said', async () => {
    await openSteered('http-route');
    const before = await company.production();
    const api = await liveRoute('api');
    if (api === undefined) throw new Error('no route');
    const { rules } = api.spec as { rules: { backendRefs: object[] }[] };
    const broken = [...rules, { backendRefs: [{ name: 'not-there', port: 80 }] }];
    await cluster().replace(
      { ...api, spec: { ...(api.spec as object), rules: broken } },
      { resourceVersion: api.metadata.resourceVersion ?? '' },
    );
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ data: { code: 'canary.route-refused', phase: 'rolled-back' } });
    expect(outcome.data.reason).toContain('BackendNotFound: no Service not-there');
    expect(Object.keys(await company.production())).toEqual(Object.keys(before));
  });

  it('says by which factor the weights of a rule must grow when a share of them is no whole number', async () => {
    await openSteered('http-route');
    const web = await liveRoute('web');
    if (web === undefined) throw new Error('no route');
    const { rules } = web.spec as { rules: { backendRefs: { weight?: number }[] }[] };
    const coarse = rules.map((rule) => ({
      ...rule,
      backendRefs: rule.backendRefs.map((ref) => ({ ...ref, weight: 1 })),
    }));
    await cluster().replace(
      { ...web, spec: { ...(web.spec as object), rules: coarse } },
      { resourceVersion: web.metadata.resourceVersion ?? '' },
    );
    const refused = await refusal(toProduction(company));
    expect(refused).toMatchObject({ code: 'canary.not-steerable' });
    expect(refused.hints).toContain('multiply all weights of that rule by 100; their proportions stay the same');
    expect((await company.plan()).events.some(({ type }) => type === 'deploy.started')).toBe(false);
  });

  it('ships a route of its own among the manifests when the canary leaves it, and a rollback takes that back', async () => {
    const own = steered('http-route', {
      objects: (objects, { service, environment, version }) => [
        ...objects.map(selectingStable),
        ...(environment === 'production'
          ? [
              {
                ...route(service, [{ name: service, port: 80 }]),
                metadata: { name: `${service}-public`, annotations: { version } },
              } as Manifest,
            ]
          : []),
      ],
    });
    company = await openCompany(own);
    const legacy = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'legacy-web' },
      spec: { selector: { app: 'old' } },
    };
    company.sandbox.seedCluster('production', [legacy]);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const before = await company.production();
    expect(before['production HTTPRoute/web-public']).toContain('4.1.0');
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
    const after = await company.production();
    expect(after['production HTTPRoute/web-public']).toContain('4.2.0');
    expect(after['production HTTPRoute/web-public']).not.toContain('canary');
    expect(await undo(company)).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});
