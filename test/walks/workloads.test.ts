import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('a product that one source renders, with all kinds of workloads', () => {
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
