import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grpcRoute, httpRoute } from '../../../src/domain/deployment/strategies/http-route.ts';
import type { Acceptance } from '../../../src/domain/deployment/strategies/strategy.ts';
import { withoutServerFields } from '../../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../../src/ports/cluster.ts';
import { applyAll } from '../../cluster/apply.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { requireOwnNetwork } from '../../cluster/own-network.ts';
import { GATEWAY_NAME, startTraefik, type Traefik } from '../../cluster/traefik.ts';
import { waitFor } from '../../cluster/wait.ts';

/** What a real gateway says of the routes that relctl writes, and what relctl makes of it; the standard CRDs check every write. */

const NAMESPACE = 'shop';
const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
});
const TO_GATEWAY = [{ name: GATEWAY_NAME }];
const KINDS = [
  { kind: 'HTTPRoute', plural: 'httproutes', strategy: httpRoute, traffic: { httpRoute: 'web', service: 'web' } },
  { kind: 'GRPCRoute', plural: 'grpcroutes', strategy: grpcRoute, traffic: { grpcRoute: 'web', service: 'web' } },
];

let plane: ControlPlane;
let gateway: Traefik;

beforeAll(async () => {
  requireOwnNetwork();
  plane = await startControlPlane({ controllers: ['endpointslice-controller'] });
  await plane.createNamespace(NAMESPACE);
  gateway = await startTraefik(plane, [NAMESPACE]);
  applyAll(plane, NAMESPACE, [service('web')]);
});
afterAll(async () => {
  await gateway?.stop();
  await plane?.stop();
});

describe.each(KINDS)('of a $kind', ({ kind, plural, strategy, traffic }) => {
  const path = (name: string) => `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/${plural}/${name}`;
  const live = async (name: string) => (await plane.api.call('GET', path(name))) as unknown as KubeObject;
  const route = (name: string, parentRefs: readonly object[]): KubeObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name },
    spec: {
      parentRefs,
      hostnames: [`${name}.${plural}.example.com`],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    },
  });
  const said = async (name: string): Promise<Acceptance> => {
    const answer = strategy.steering?.acceptance(await live(name));
    if (answer === undefined) throw new Error(`${kind} has no steering`);
    return answer;
  };
  const until = (name: string, state: Acceptance['state']) =>
    waitFor(async () => (await said(name)).state === state, { what: `${kind} ${name} that is ${state}` });
  const write = (object: KubeObject) =>
    plane.api.call('PUT', path(object.metadata.name), object as unknown as Record<string, unknown>);

  it('accepts it with a canary, refuses a canary without a Service, and has the route back as it was', async () => {
    applyAll(plane, NAMESPACE, [route('web', TO_GATEWAY)]);
    await until('web', 'accepted');
    const before = await live('web');

    const exposed = strategy.steering?.expose(before, { traffic, before, share: 0.01 }) ?? before;
    await write(exposed);
    await until('web', 'refused');
    expect(await said('web')).toMatchObject({ reason: expect.stringContaining('BackendNotFound') });

    applyAll(plane, NAMESPACE, [service('web-canary')]);
    await until('web', 'accepted');

    await write(strategy.steering?.unlink(await live('web'), { traffic, before }) ?? before);
    await until('web', 'accepted');
    expect(withoutServerFields(await live('web')).spec).toEqual(withoutServerFields(before).spec);
    await plane.api.call('DELETE', `/api/v1/namespaces/${NAMESPACE}/services/web-canary`);
  });

  it('says nothing of a route for a Gateway that is not there, or for a Service, which is a matter of the mesh', async () => {
    const mesh = { group: '', kind: 'Service', name: 'web', port: 80 };
    applyAll(plane, NAMESPACE, [
      route('astray', [{ name: 'nobody' }]),
      route('meshed', [mesh]),
      route('both', [...TO_GATEWAY, mesh]),
      route('last', TO_GATEWAY),
    ]);
    // Once it has taken the one that was written last, it has seen the others.
    await until('last', 'accepted');
    for (const name of ['astray', 'meshed', 'both']) expect((await said(name)).state, name).toBe('pending');
  });
});
