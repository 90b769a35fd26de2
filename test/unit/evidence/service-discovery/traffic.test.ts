import { describe, expect, test } from 'vitest';
import { objectsOf, trafficOf } from '../../../../src/evidence/service-discovery/traffic.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  selector: { matchLabels: { app: api, track: stable } }
  template:
    metadata: { labels: { app: api, track: stable } }
    spec: { containers: [{ name: api, image: x/api }] }
`;
const service = (selector: string) => `apiVersion: v1
kind: Service
metadata: { name: api }
spec: { selector: ${selector}, ports: [{ port: 80 }] }
`;
const HTTP_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  rules:
    - backendRefs: [{ name: web, port: 80 }]
    - backendRefs: [{ name: api, port: 80 }]
`;
const ingress = (spec: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: public }
spec:
  ${spec}
  rules:
    - http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }] }
`;
const STABLE = '{ app: api, track: stable }';
const found = (...texts: string[]) => trafficOf('api', objectsOf(texts.map((text, i) => [`${i}.yaml`, text])));

describe('what divides the requests of a service', () => {
  test('is the HTTPRoute with a rule that leads to its Service', () => {
    expect(found(DEPLOYMENT, service(STABLE), HTTP_ROUTE)).toEqual({ traffic: { httpRoute: 'shop', service: 'api' } });
  });

  test('is an Ingress of ingress-nginx where there is no HTTPRoute, and of no other controller', () => {
    const nginx = ingress('ingressClassName: nginx');
    expect(found(DEPLOYMENT, service(STABLE), nginx)).toEqual({ traffic: { ingress: 'public', service: 'api' } });
    expect(found(DEPLOYMENT, service(STABLE), ingress('ingressClassName: traefik'))).toEqual({});
    expect(found(DEPLOYMENT, service(STABLE), nginx, HTTP_ROUTE).traffic).toEqual({
      httpRoute: 'shop',
      service: 'api',
    });
  });

  test('is a GRPCRoute where there is no HTTPRoute', () => {
    const grpc = HTTP_ROUTE.replace('kind: HTTPRoute', 'kind: GRPCRoute').replace('name: shop', 'name: calls');
    const nginx = ingress('ingressClassName: nginx');
    const [deployment, own] = [DEPLOYMENT, service(STABLE)];
    expect(found(deployment, own, nginx, grpc).traffic).toEqual({ grpcRoute: 'calls', service: 'api' });
    expect(found(deployment, own, grpc, HTTP_ROUTE).traffic).toEqual({ httpRoute: 'shop', service: 'api' });
    expect(found(deployment, service('{ app: api }'), grpc).traffic).toMatchObject({ grpcRoute: 'calls' });
  });

  test('needs no label of relctl in the selector of the Service', () => {
    expect(found(DEPLOYMENT, service('{ app: api }'), HTTP_ROUTE)).toEqual({
      traffic: { httpRoute: 'shop', service: 'api' },
    });
  });

  test.each([
    ['no route', [DEPLOYMENT, service(STABLE)]],
    ['a route to somebody else', [DEPLOYMENT, service(STABLE), HTTP_ROUTE.replace('name: api', 'name: payments')]],
    ['a Service of other pods', [DEPLOYMENT, service('{ app: payments }'), HTTP_ROUTE]],
    ['a Service without a selector', [DEPLOYMENT, service('null'), HTTP_ROUTE]],
    ['no workload', [service(STABLE), HTTP_ROUTE]],
    ['a file that must be rendered first', [DEPLOYMENT, service(STABLE), HTTP_ROUTE.replace('shop', '{{ .x }}: [')]],
  ])('is nothing with %s', (_what, texts) => {
    expect(found(...texts)).toEqual({});
  });
});
