import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grpcRoute, httpRoute } from '../../../../src/domain/deployment/strategies/http-route.ts';
import { routeAcceptance } from '../../../../src/domain/deployment/strategies/http-route-acceptance.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const TRAFFIC = { httpRoute: 'shop', service: 'web' };
const { steering } = httpRoute;
if (steering === undefined) throw new Error('http-route steers');

interface Ref {
  readonly name: string;
  readonly weight?: number;
  readonly port?: number;
}

function route(
  rules: readonly { readonly backendRefs?: readonly Ref[]; readonly [field: string]: unknown }[],
): KubeObject {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop' }, spec: { rules } };
}

const weight = fc.option(
  fc.integer({ min: 1, max: 50 }).map((n) => n * 100),
  { nil: undefined },
);
const foreignRef = fc.record({
  name: fc.constantFrom('api', 'legacy'),
  port: fc.constant(80),
  weight: fc.integer({ min: 0, max: 900 }),
});
const ownRule = fc.record({
  matches: fc.constantFrom([{ path: { value: '/' } }], [{ path: { value: '/buy' } }]),
  filters: fc.constant([{ type: 'RequestHeaderModifier' }]),
  backendRefs: fc
    .tuple(fc.array(foreignRef, { maxLength: 2 }), weight, fc.array(foreignRef, { maxLength: 2 }))
    // Beside others, a weight that a per cent of is whole; alone, any.
    .map(([before, own, after]) => [
      ...before,
      {
        name: 'web',
        port: 8080,
        ...(own === undefined && before.length + after.length === 0 ? {} : { weight: own ?? 100 }),
      },
      ...after,
    ]),
});
const otherRule = fc.record({ backendRefs: fc.array(foreignRef, { minLength: 1, maxLength: 2 }) });
const routes = fc.array(fc.oneof(ownRule, otherRule), { minLength: 1, maxLength: 4 }).map(route);

function refsOf(object: KubeObject): readonly (readonly Ref[])[] {
  return (object.spec as { rules: { backendRefs?: readonly Ref[] }[] }).rules.map((rule) => rule.backendRefs ?? []);
}

describe('an HTTPRoute', () => {
  it('is what it was after any sequence of shares and the canary leaving, and others keep their refs all the while', () => {
    fc.assert(
      fc.property(routes, fc.array(fc.constantFrom(0, 0.01, 0.05, 0.1), { maxLength: 4 }), (before, shares) => {
        const ground = { traffic: TRAFFIC, before };
        const last = shares.reduce((live, share) => {
          const next = steering.expose(live, { ...ground, share });
          const foreign = (object: KubeObject) =>
            refsOf(object).map((refs) => refs.filter((ref) => !ref.name.startsWith('web')));
          expect(foreign(next)).toEqual(foreign(before));
          return next;
        }, before);
        expect(steering.unlink(last, ground)).toEqual(before);
        expect(steering.isClean(steering.unlink(last, ground), ground)).toBe(true);
      }),
    );
  });

  it('gives the canary exactly the share of what the service had, in each rule that leads to it', () => {
    fc.assert(
      fc.property(routes, fc.integer({ min: 1, max: 20 }), (before, percent) => {
        const live = steering.expose(before, { traffic: TRAFFIC, before, share: percent / 100 });
        refsOf(live).forEach((refs, index) => {
          const canary = refs.find((ref) => ref.name === 'web-canary')?.weight;
          const stable = refs.find((ref) => ref.name === 'web')?.weight;
          const was = refsOf(before)[index] ?? [];
          const own = was.find((ref) => ref.name === 'web');
          expect(canary === undefined).toBe(own === undefined);
          if (canary === undefined || stable === undefined || own === undefined) return;
          expect(canary * 100).toBe(percent * (canary + stable));
          if (was.length > 1) expect(canary + stable).toBe(own.weight);
        });
      }),
    );
  });

  it('with the canary in it, or with another weight than before, is not clean', () => {
    const before = route([
      {
        backendRefs: [
          { name: 'web', weight: 100 },
          { name: 'api', weight: 1 },
        ],
      },
    ]);
    const ground = { traffic: TRAFFIC, before };
    expect(steering.isClean(steering.expose(before, { ...ground, share: 0 }), ground)).toBe(false);
    expect(steering.isClean(route([{ backendRefs: [{ name: 'web', weight: 99 }] }]), ground)).toBe(false);
    expect(
      steering.isClean(
        route([
          {
            backendRefs: [
              { name: 'web', weight: 100 },
              { name: 'new', weight: 3 },
            ],
          },
        ]),
        ground,
      ),
    ).toBe(true);
  });

  it('of another namespace or kind by the same name is foreign', () => {
    const before = route([
      { backendRefs: [{ name: 'web', namespace: 'other' } as Ref, { name: 'web', kind: 'Bucket' } as Ref] },
    ]);
    expect(steering.expose(before, { traffic: TRAFFIC, before, share: 0.01 })).toEqual(before);
  });
});

describe('a GRPCRoute', () => {
  it('is named by its own field, and divided like an HTTPRoute', () => {
    const traffic = { grpcRoute: 'calls', service: 'web' };
    expect(grpcRoute.routeRef(TRAFFIC)).toBeUndefined();
    expect(grpcRoute.routeRef(traffic)).toEqual({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GRPCRoute',
      name: 'calls',
    });
    const before = { ...route([{ backendRefs: [{ name: 'web', port: 80 }] }]), kind: 'GRPCRoute' };
    const live = grpcRoute.steering?.expose(before, { traffic, before, share: 0.01 });
    expect(live && refsOf(live)).toEqual([
      [
        { name: 'web', port: 80, weight: 99 },
        { name: 'web-canary', port: 80, weight: 1 },
      ],
    ]);
    expect(live && grpcRoute.steering?.unlink(live, { traffic, before })).toEqual(before);
  });
});

describe('what gateways say of a route', () => {
  /** How Istio and Linkerd are told (GAMMA): the parent is the Service, and the status names it in full. */
  const MESH = { group: '', kind: 'Service', name: 'public', port: 80 };
  const said = (
    conditions: readonly object[],
    parents: readonly object[] = [{ name: 'public' }],
    parentRef: object = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public' },
  ): KubeObject => ({
    ...route([]),
    metadata: { name: 'shop', generation: 4 },
    spec: { parentRefs: parents, rules: [] },
    status: { parents: [{ parentRef, conditions }] },
  });
  const both = (observedGeneration: number, resolved = 'True') => [
    { type: 'Accepted', status: 'True', observedGeneration },
    { type: 'ResolvedRefs', status: resolved, observedGeneration, reason: 'BackendNotFound', message: 'no Service x' },
  ];

  it.each([
    ['accepted in its generation', said(both(4)), 'accepted'],
    ['an answer to the generation before', said(both(3)), 'pending'],
    ['only one of both conditions', said(both(4).slice(0, 1)), 'pending'],
    ['no answer at all', said([]), 'pending'],
    ['a refusal', said(both(4, 'False')), 'refused'],
    ['a refusal of the generation before', said(both(3, 'False')), 'pending'],
    ['not known', said(both(4, 'Unknown')), 'pending'],
    ['one gateway of two', said(both(4), [{ name: 'public' }, { name: 'internal' }]), 'pending'],
    ['a listener of its own', said(both(4), [{ name: 'public', sectionName: 'https' }]), 'pending'],
    ['no gateway', said(both(4), []), 'refused'],
    ['a Service of the same name as the gateway that answered', said(both(4), [MESH]), 'pending'],
    ['the mesh of a Service', said(both(4), [MESH], MESH), 'accepted'],
    ['the mesh, for another port of the Service', said(both(4), [MESH], { ...MESH, port: 81 }), 'pending'],
    ['the mesh, and the gateway not', said(both(4), [{ name: 'public' }, MESH], MESH), 'pending'],
  ] as const)('%s: %s', (_what, live, state) => {
    expect(routeAcceptance(live).state).toBe(state);
  });

  it('is quoted when they refuse', () => {
    expect(routeAcceptance(said(both(4, 'False')))).toEqual({
      state: 'refused',
      reason: 'public: ResolvedRefs is False (BackendNotFound: no Service x)',
    });
  });
});
