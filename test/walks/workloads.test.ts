import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spec } from '../../src/plan/spec.ts';
import { manifests } from '../../src/usecases/manifests.ts';
import { type Company, openCompany } from '../support/company.ts';
import type { Manifest } from '../support/company-files.ts';
import { OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';

let company: Company;

/** A program that prints every manifest of an environment: one source for all services, and for what none of them owns. */
const printing = (environment: string) => ({
  command: ['sh', '-c', `for file in deploy/${environment}/*.yaml; do cat "$file"; echo ---; done`],
});

/** api is a StatefulSet; web has a worker beside it that runs the same image, and the product a DaemonSet and an account. */
function reshaped(objects: Manifest[], service: string): readonly Manifest[] {
  const workload = objects.find((one) => one.kind === 'Deployment');
  if (workload === undefined) return objects;
  const rest = objects.filter((one) => one !== workload);
  if (service === 'api') return [...rest, { ...workload, kind: 'StatefulSet' }];
  const named = (kind: string, name: string, image?: string): Manifest => {
    const labels = { 'app.kubernetes.io/name': name };
    const spec = workload.spec as { template: { spec: { containers: { image: string }[] } } };
    const containers = spec.template.spec.containers.map((one) => ({ ...one, image: image ?? one.image }));
    return {
      ...workload,
      kind,
      metadata: { name, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    };
  };
  return [
    ...rest,
    workload,
    named('Deployment', 'web-jobs'),
    named('DaemonSet', 'log-agent', 'registry.example.com/agent:3'),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'shop' } },
  ];
}

describe('a product that one source renders, with all kinds of workloads', () => {
  beforeEach(async () => {
    company = await openCompany({
      shape: {
        objects: (objects, { service }) => reshaped(objects, service),
        config: (config) => {
          config.manifests = { staging: printing('staging'), production: printing('production') };
          for (const service of Object.values(config.services as Record<string, Record<string, unknown>>)) {
            delete service.manifests;
          }
        },
      },
    });
  });
  afterEach(() => company.close());

  const imageOf = async (kind: string, name: string): Promise<string> =>
    JSON.stringify(await company.sandbox.cluster('production').get({ apiVersion: 'apps/v1', kind, name }));

  it('is released: Deployments by canary, the StatefulSet after the verdict, workers and what is shared with them', async () => {
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const details = (await company.plan()).events.flatMap((one) =>
      one.type === 'step.completed' ? [[one.data.step, one.data.detail] as const] : [],
    );
    expect(new Map(details).get('canary:api@production')).toContain('a StatefulSet has no canary');
    expect(new Map(details).has('rollout:product@production')).toBe(true);
    expect(await imageOf('StatefulSet', 'api')).toContain('shop/api:4.2.0');
    expect(await imageOf('Deployment', 'web-jobs')).toContain('shop/web:4.2.0');
    expect(await imageOf('DaemonSet', 'log-agent')).toContain('agent:3');
  });

  it('is put back to an empty difference when the canary is bad', async () => {
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const before = await company.production();
    company.sandbox.faults.set('canary-errors', true);
    expect(await toProduction(company)).toMatchObject({ result: 'failed', data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });

  it('shows whose each object is, and what the release changes', async () => {
    const context = company.as(OPERATOR);
    const all = await manifests(context, company.id, { environments: ['production'] });
    const text = JSON.stringify(all.blocks);
    expect(text).toContain('# product\\napiVersion: apps/v1\\nkind: DaemonSet');
    expect(text).toContain('shop/web:4.2.0');
    expect(text).not.toContain('shop/web:4.1.0');
    const changed = await manifests(context, company.id, {
      environments: ['production'],
      service: 'web',
      base: 'main',
    });
    expect(JSON.stringify(changed.blocks)).toMatch(/-\s+image: registry.example.com\/shop\/web:4.1.0/);
    await expect(manifests(context, company.id, { environments: ['staging'], service: 'x' })).rejects.toMatchObject({
      code: 'usage.bad-flag',
    });
  });
});

/** api as a StatefulSet of five pods, and a worker without a Service that ships as a service of its own. */
function inItsOwnWay(objects: Manifest[], service: string): readonly Manifest[] {
  if (service === 'api')
    return objects.map((one) => (one.kind === 'Deployment' ? { ...one, kind: 'StatefulSet' } : one));
  return service === 'jobs' ? objects.filter((one) => one.kind !== 'Service') : objects;
}

const OWN: Readonly<Record<string, NonNullable<Spec['services'][number]['canary']>>> = {
  api: { strategy: 'partition', share: '20%' },
  jobs: { strategy: 'worker' },
};

describe('each service in its own way', () => {
  let own: Company;
  afterEach(() => own.close());

  async function open(canaries = OWN): Promise<void> {
    own = await openCompany({
      shape: {
        replicas: { web: 9, api: 5, jobs: 4 },
        policy: (text) => text.replace(/maxShare: .*/, 'maxShare: 20%'),
        objects: (objects, { service }) => inItsOwnWay(objects, service),
      },
      plan: ({ spec }) => {
        const jobs = {
          ...spec.services[0],
          name: 'jobs',
          image: 'registry.example.com/shop/jobs:4.2.0',
          change: 'Works',
        };
        spec.services = [...spec.services, jobs].map((one) => {
          const canary = canaries[one.name as string];
          return canary === undefined ? one : { ...one, canary };
        }) as typeof spec.services;
        const [slo] = spec.slos;
        if (slo === undefined) throw new Error('the sample plan has SLOs');
        const counting = (text: string) => text.replace(/service="[^"]*"/, 'service="jobs"');
        spec.slos = [
          ...spec.slos,
          { ...slo, name: 'jobs done', service: 'jobs', good: counting(slo.good), total: counting(slo.total) },
        ];
      },
    });
    await walkTo(own, 'ready');
    await own.advanceToWindow();
  }

  const detailsOf = async () =>
    new Map(
      (await own.plan()).events.flatMap((one) =>
        one.type === 'step.completed' ? [[one.data.step, one.data.detail ?? ''] as const] : [],
      ),
    );

  it('the highest pod of a StatefulSet, a worker more, pods behind a Service: all are judged and rolled out', async () => {
    await open();
    expect(await toProduction(own)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const details = await detailsOf();
    expect(details.get('canary:api@production')).toBe(
      '1 of 5 pods of StatefulSet/api is the candidate, 20% of the requests',
    );
    expect(details.get('canary:jobs@production')).toBe('1 pod beside 4, which takes about 20% of the work');
    expect(details.has('retire:api@production')).toBe(false);
    const judged = (await own.plan()).events.find((one) => one.type === 'canary.judged');
    expect(judged?.data.slos.map(({ name }) => name)).toEqual((await own.plan()).spec.slos.map(({ name }) => name));
    const set = await own.sandbox
      .cluster('production')
      .get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'api' });
    expect(set?.spec).toMatchObject({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    expect(set?.status).toMatchObject({ updatedReplicas: 5, readyReplicas: 5 });
  });

  it.each(['api', 'jobs'])('a bad candidate of %s alone goes back to an empty difference', async (service) => {
    await open();
    const before = await own.production();
    own.sandbox.faults.set('canary-errors', true, { service });
    expect(await toProduction(own)).toMatchObject({
      result: 'failed',
      data: { phase: 'rolled-back', code: 'canary.failed' },
    });
    expect(await own.production()).toEqual(before);
  });

  it('a StatefulSet whose first pod cannot start goes back, though its controller waits for that pod', async () => {
    await open();
    const before = await own.production();
    own.sandbox.faults.set('crash-loop', true, { service: 'api', environment: 'production' });
    expect(await toProduction(own)).toMatchObject({
      result: 'failed',
      data: { phase: 'rolled-back', code: 'rollout.doomed' },
    });
    expect(await own.production()).toEqual(before);
  });

  it('one without a canary is rolled out last, and is not judged', async () => {
    await open({ ...OWN, jobs: { strategy: 'none', reason: 'it sends each letter once' } });
    expect(await toProduction(own)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const steps = [...(await detailsOf()).keys()];
    expect(steps).not.toContain('canary:jobs@production');
    expect(steps.indexOf('rollout:jobs@production')).toBeGreaterThan(steps.indexOf('rollout:web@production'));
    const judged = (await own.plan()).events.find((one) => one.type === 'canary.judged');
    expect(judged?.data.slos.map(({ name }) => name)).not.toContain('jobs done');
  });
});

describe('what runs beside a service', () => {
  let own: Company;
  afterEach(() => own.close());

  it('is recorded with what staging ran, and is that in production', async () => {
    const proxied = (one: Manifest): Manifest => {
      if (one.kind !== 'Deployment') return one;
      const spec = one.spec as { template: { spec: { containers: object[] } } };
      const containers = [...spec.template.spec.containers, { name: 'proxy', image: 'registry.example.com/proxy:1' }];
      return { ...one, spec: { ...spec, template: { ...spec.template, spec: { containers } } } };
    };
    own = await openCompany({ shape: { objects: (objects) => objects.map(proxied) } });
    await walkTo(own, 'ready');
    await own.advanceToWindow();
    expect(await toProduction(own)).toMatchObject({ result: 'done' });
    const staged = (await own.plan()).events.find((one) => one.type === 'stage.completed');
    const [id] = staged?.data.imagesBeside?.web?.['registry.example.com/proxy:1'] ?? [];
    const digest = /@sha256:[0-9a-f]{64}/.exec(id ?? '')?.[0];
    expect(digest).toBeDefined();
    const web = await own.sandbox.cluster('production').get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(JSON.stringify(web)).toContain(`registry.example.com/proxy:1${digest}`);
  });
});
