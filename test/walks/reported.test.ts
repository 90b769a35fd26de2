import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, KubeObject } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';
import { checkRelease } from '../../src/usecases/planning/check/check-release.ts';
import { type Company, type CompanyOptions, openCompany, refusal } from '../support/company.ts';
import type { Manifest } from '../support/company-files.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { recordingEnvironments } from '../support/recording-environments.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/**
 * Situations from public reports that no other walk goes through. The others: sick-production, undone-by-others and left-alone beside this file, and
 * the unit tests of migrations, SLO counts, deliveries, line ends and approved requests.
 */
let company: Company;
afterEach(() => company.close());

const production = () => company.sandbox.cluster('production');

async function ready(options: CompanyOptions = {}): Promise<void> {
  company = await openCompany(options);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** A cluster in which something injects a proxy into every Job: its own container ends, the Job is never complete. */
function withProxies(environments: Environments): Environments {
  const proxied = (one: KubeObject): KubeObject => {
    if (one.kind === 'Job') return { ...one, status: { active: 1, ready: 1 } };
    if (one.kind !== 'Pod' || one.metadata.labels?.['job-name'] === undefined) return one;
    const { containerStatuses = [] } = (one.status ?? {}) as { containerStatuses?: readonly object[] };
    const proxy = { name: 'istio-proxy', ready: true, state: { running: {} } };
    return {
      ...one,
      status: { ...(one.status as object), phase: 'Running', containerStatuses: [...containerStatuses, proxy] },
    };
  };
  const seen = (cluster: Cluster): Cluster => ({
    ...cluster,
    async get(ref) {
      const one = await cluster.get(ref);
      return one === undefined ? undefined : proxied(one);
    },
    list: async (query) => (await cluster.list(query)).map(proxied),
    async *follow(queries, until) {
      for await (const view of cluster.follow(queries, until)) yield view.map((objects) => objects.map(proxied));
    },
  });
  return { ...environments, cluster: (environment, region) => seen(environments.cluster(environment, region)) };
}

describe('a sidecar that something injects into every Job', () => {
  it('keeps no migration from being done: the release goes out, and each Job is made once', async () => {
    await ready();
    const { environments, writes } = recordingEnvironments(company.as('nobody@example.com').environments);
    const begun = company.sandbox.clock.now();
    const out = await toProduction(company, {}, { environments: withProxies(environments) });
    expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(company.sandbox.clock.now() - begun).toBeLessThan(3_600_000);
    const jobs = writes.filter((write) => write.startsWith('create Job/'));
    expect(jobs.length).toBeGreaterThan(0);
    expect(new Set(jobs).size).toBe(jobs.length);
  });

  it('keeps no abort from ending', async () => {
    await ready();
    const before = await company.production();
    const environments = withProxies(company.as('nobody@example.com').environments);
    await toProduction(company, { mode: 'canary' }, { environments });
    const out = await toProduction(company, { mode: 'abort' }, { environments });
    expect(out).toMatchObject({ data: { phase: 'aborted' } });
    expect(await company.production()).toEqual(before);
  });
});

describe('a Secret and a ConfigMap that only programs find by their names', () => {
  it('keep them, so that the annotation, the role and what they name fit together', async () => {
    const named = (objects: Manifest[], service: string): readonly Manifest[] =>
      service !== 'web'
        ? objects
        : [
            ...objects,
            { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'basic-auth' }, stringData: { auth: 'ops:x' } },
            {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'Ingress',
              metadata: {
                name: 'admin',
                annotations: { 'nginx.ingress.kubernetes.io/auth-secret': 'basic-auth' },
              },
              spec: { rules: [{ host: 'admin.example.com' }] },
            },
            { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-flags' }, data: { on: 'true' } },
            {
              apiVersion: 'rbac.authorization.k8s.io/v1',
              kind: 'Role',
              metadata: { name: 'web' },
              rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['web-flags'], verbs: ['get'] }],
            },
          ];
    await ready({ shape: { objects: (objects, { service }) => named(objects, service) } });
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
    for (const [kind, name] of [
      ['Secret', 'basic-auth'],
      ['ConfigMap', 'web-flags'],
    ] as const) {
      expect(await production().get({ apiVersion: 'v1', kind, name }), `${kind}/${name}`).toBeDefined();
    }
  });
});

/** Two services whose requests a route divides. */
function routed(more: (service: string) => readonly Manifest[], nameOf = (service: string) => service): CompanyOptions {
  return {
    plan: ({ spec }) => {
      spec.canary = { ...spec.canary, strategy: 'http-route' };
    },
    shape: {
      config: (config) => {
        const services = config.services as Record<string, { traffic?: object }>;
        for (const [name, service] of Object.entries(services))
          service.traffic = { service: nameOf(name), httpRoute: name };
      },
      objects: (objects, { service }) => [
        ...objects,
        ...more(service),
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: nameOf(service) },
          spec: { selector: { 'app.kubernetes.io/name': service, track: 'stable' } },
        },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: service },
          spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: nameOf(service), port: 80 }] }] },
        },
      ],
    },
  };
}

async function found(): Promise<string> {
  const { data } = await refusal(checkRelease(company.as(PEOPLE.rdLead), company.id));
  return JSON.stringify(data);
}

describe('a canary that cannot be', () => {
  it('is said of the plan: a ReadWriteOnce volume that it would mount beside the stable pod', async () => {
    const claim: Manifest = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'api-data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    };
    const mounting = (objects: Manifest[]): Manifest[] =>
      objects.map((one) => {
        if (one.kind !== 'Deployment') return one;
        const { spec } = one as unknown as { spec: { template: { spec: object } } };
        const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'api-data' } }];
        return { ...one, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, volumes } } } };
      });
    const { plan, shape } = routed((service) => (service === 'api' ? [claim] : []));
    company = await openCompany({
      ...(plan === undefined ? {} : { plan }),
      shape: {
        ...shape,
        objects: (objects, of) => shape?.objects?.(of.service === 'api' ? mounting(objects) : objects, of) ?? objects,
      },
    });
    expect(await found()).toMatch(/canary of api would mount PersistentVolumeClaim\/api-data .* ReadWriteOnce/);
  });

  it('is said of the plan: a Service whose canary would have a name that Kubernetes does not take', async () => {
    const long = 'payments-gateway-for-merchants-of-the-european-single-market';
    company = await openCompany(
      routed(
        () => [],
        (service) => (service === 'api' ? long : service),
      ),
    );
    expect(await found()).toContain(`the canary of Service/${long} would have a name of more than 63 characters`);
  });
});
