import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { configSchema } from '../../../../src/plan/config.ts';
import { specSchema } from '../../../../src/plan/spec.ts';
import { reason, value } from '../../../contract/metrics.contract.ts';
import { PEOPLE, samplePlan } from '../../../support/sample-plan.ts';
import { companyConfig, deployment, openCompany, START } from './company.ts';

const HOUR = 3_600_000;
const span = { from: START - HOUR, to: START };

describe('a company that was taught a plan', () => {
  it('has the counters of that plan, whatever they are called, and canary and control are told by the configuration', async () => {
    const base = companyConfig();
    const config = configSchema.parse({
      ...base,
      metrics: { canaryMatcher: 'stage="new"', controlMatcher: 'stage="old"' },
    });
    const company = openSandbox({ file: undefined, config, start: START });
    company.seedCluster('production', [
      deployment('web', { replicas: 4 }),
      deployment('web-canary', { service: 'web', track: 'canary', replicas: 1 }),
    ]);
    const { spec } = samplePlan();
    const slos = [
      {
        name: 'web calls',
        service: 'web',
        objective: '99%',
        good: "grpc_handled_total{app='web', grpc_code='OK'}",
        total: 'grpc_handled_total{app="web"}',
      },
      {
        name: 'web speed',
        service: 'web',
        objective: '99%',
        good: 'grpc_seconds_bucket{app="web",le="0.42"}',
        total: 'grpc_seconds_count{app="web"}',
      },
    ];
    const metrics = company.metrics('production');
    expect(reason(await metrics.increase('grpc_handled_total{app="web"}', [], span))).toBe('empty');
    company.teach(specSchema.parse({ ...spec, slos }));
    const read = async (selector: string, matcher: string) =>
      value(await metrics.increase(selector, [matcher], span)).total;
    for (const slo of slos) {
      const canary = await read(slo.total, 'stage="new"');
      const control = await read(slo.total, 'stage="old"');
      expect(canary / (canary + control)).toBeCloseTo(0.2, 2);
      const bad = 1 - (await read(slo.good, 'stage="old"')) / control;
      expect(bad).toBeGreaterThan(0);
      expect(bad).toBeLessThan(0.005);
    }
  });

  it('counts with a new threshold from then on, and leaves alone what was counted before', async () => {
    const company = openCompany();
    await company.clock.sleep(HOUR);
    const metrics = company.metrics('production');
    const before = { from: START - HOUR, to: company.clock.now() };
    const read = async (selector: string, during: { from: number; to: number }) =>
      value(await metrics.increase(selector, [], during)).total;
    const bucket = 'http_request_duration_seconds_bucket{service="api",le="0.3"}';
    const first = await read(bucket, before);
    const { spec } = samplePlan();
    const fine = bucket.replace('0.3', '0.28');
    const slos = spec.slos.map((slo) => (slo.good === bucket ? { ...slo, good: fine } : slo));
    company.teach({ ...spec, slos });
    expect(await read(bucket, before)).toBe(first);
    const from = company.clock.now();
    await company.clock.sleep(HOUR);
    const after = { from, to: company.clock.now() };
    expect(reason(await metrics.increase(fine, [], before))).toBe('empty');
    expect(await read(fine, after)).toBeLessThan(await read(bucket, after));
    expect(await read(fine, after)).toBeGreaterThan(await read(bucket.replace('0.3', '0.25'), after));
  });

  it('answers the very queries of its success metrics, on their way from baseline to target', async () => {
    const company = openCompany();
    const { spec } = samplePlan();
    company.teach(spec);
    const [metric] = spec.successMetrics;
    const ask = async () => value(await company.metrics('production').scalar(metric?.query ?? '', company.clock.now()));
    expect(await ask()).toBeCloseTo(0, 2);
    const cluster = company.cluster('production');
    const web = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    await cluster.apply(deployment('web', { image: 'shop:2' }), {
      resourceVersion: web?.metadata.resourceVersion ?? '',
    });
    await company.clock.sleep(7 * 24 * HOUR);
    expect(await ask()).toBeGreaterThan(metric?.target ?? 1);
  });
});

describe('the people', () => {
  it('bear the names of the owners, approve, and say that they are simulated', () => {
    const people = openCompany().people(samplePlan().spec);
    expect(people.board).toEqual(PEOPLE.cab);
    for (const member of people.board) {
      expect(people.cabVote(member)).toMatchObject({ decision: 'go', operationalReadiness: true });
      expect(people.cabVote(member).comment).toMatch(/^simulated: /);
    }
    expect(people.qaFindings()).toMatchObject({ decision: 'pass' });
    expect(people.qaFindings().features.map((feature) => feature.id)).toEqual(['WALLET-1', 'WALLET-2']);
    expect(people.qaFindings().junit).toContain('<testsuite name="checkout" tests="12" failures="0"');
    const review = people.reviewFindings();
    expect(review.attended).toEqual({ product: [PEOPLE.productManager], rd: [PEOPLE.rdLead] });
    expect(review.debts[0]?.due).toBe('2026-12-26');
  });

  it('do not let the author vote', () => {
    const { spec } = samplePlan();
    const owners = { ...spec.owners, cab: [spec.owners.rdLead, 'carol@example.com'] };
    expect(openCompany().people({ ...spec, owners }).board).toEqual(['carol@example.com']);
  });

  it('say no under their faults, each to what the fault names', () => {
    const company = openCompany();
    const people = company.people(samplePlan().spec);
    company.faults.set('no-go', true);
    expect(people.board.map((member) => people.cabVote(member).decision)).toEqual(['go', 'go', 'no-go']);
    expect(people.qaFindings().decision).toBe('pass');
    company.faults.set('qa-failing', true);
    expect(people.qaFindings()).toMatchObject({ decision: 'reject', features: [{ ok: false }, { ok: true }] });
    expect(people.qaFindings().junit.match(/<failure /g)).toHaveLength(1);
  });
});

describe('a company', () => {
  it('has the clusters that the configuration names, each with its own identity', async () => {
    const company = openCompany();
    const clusters = [company.cluster('staging'), company.cluster('production'), company.cluster('production', 'eu-2')];
    expect(clusters.map((cluster) => cluster.name)).toEqual([
      'sandbox-staging/shop',
      'sandbox-production/shop',
      'sandbox-eu-2/shop',
    ]);
    expect(new Set(await Promise.all(clusters.map((cluster) => cluster.identity()))).size).toBe(3);
    expect(() => company.cluster('production', 'mars')).toThrow(
      expect.objectContaining({ code: 'config.unknown-environment' }),
    );
  });

  it('runs what was seeded, ready, as if for a week', async () => {
    const company = openCompany();
    const web = await company.cluster('staging').get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(web?.status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3, observedGeneration: 1 });
    expect(web?.metadata.creationTimestamp).toBe('2026-11-19T09:00:00Z');
    expect(await company.cluster('staging').diff([deployment('web')])).toBe('');
  });

  it('knows the kinds that were seeded and no others', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const gadget = { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'one' }, status: { ready: true } };
    const ref = { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'one' };
    await expect(cluster.get(ref)).rejects.toMatchObject({ code: 'cluster.rejected' });
    company.seedCluster('production', [gadget]);
    expect(await cluster.get(ref)).toMatchObject({ status: { ready: true } });
  });

  it('brings a StatefulSet to what its spec says after some seconds', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const labels = { app: 'db' };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      },
    };
    expect((await cluster.create(object)).status).toMatchObject({ readyReplicas: 0 });
    await company.clock.sleep(6000);
    expect((await cluster.get({ ...object, name: 'db' }))?.status).toMatchObject({
      readyReplicas: 2,
      updatedReplicas: 2,
    });
  });

  it('does not let time go back, and a sleep that was called off changes nothing', async () => {
    const { clock } = openCompany();
    clock.advanceTo(START + 1000);
    clock.advanceTo(START);
    expect(clock.now()).toBe(START + 1000);
    await clock.sleep(-5);
    const cancelled = new AbortController();
    const sleep = clock.sleep(5000, cancelled.signal);
    cancelled.abort();
    await sleep;
    expect(clock.now()).toBe(START + 1000);
  });
});
