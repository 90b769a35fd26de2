import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../../src/adapters/sandbox/faults.ts';
import type { Sandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import type { Message } from '../../../../src/ports/notifier.ts';
import { reason, value } from '../../../contract/metrics.contract.ts';
import { samplePlan } from '../../../support/sample-plan.ts';
import { deployment, openCompany, START } from './company.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

/** Rolls out an image of web and waits a minute. */
async function deploy(company: Sandbox, image: string, environment: 'staging' | 'production' = 'production') {
  const cluster = company.cluster(environment);
  const now = await cluster.get(WEB);
  await cluster.apply(deployment('web', { image }), { resourceVersion: now?.metadata.resourceVersion ?? '' });
  await company.clock.sleep(60_000);
  return (await cluster.get(WEB))?.status as { readyReplicas?: number; updatedReplicas?: number };
}

/** Share of the requests to web that were errors in the last ten minutes. */
async function errorShare(company: Sandbox): Promise<number> {
  await company.clock.sleep(600_000);
  const query =
    'sum(rate(http_requests_total{service="web",code=~"5.."}[9m])) / sum(rate(http_requests_total{service="web"}[9m]))';
  return value(await company.metrics('production').scalar(query, company.clock.now()));
}

describe('the list of faults', () => {
  it('has each with a sentence, and tells which are on, where and since when', () => {
    const company = openCompany();
    expect(company.faults.list().map((fault) => fault.name)).toEqual(Object.keys(FAULTS));
    for (const fault of company.faults.list()) {
      expect(fault.on).toBe(false);
      expect(fault.about).toMatch(/^\w+( \S+)+[^.]$/);
    }
    company.faults.set('smoke-failing', true);
    company.faults.set('canary-errors', true, { service: 'web' });
    expect(company.faults.list().filter((fault) => fault.on)).toEqual([
      expect.objectContaining({ name: 'canary-errors', service: 'web', environment: 'production', since: START }),
      expect.objectContaining({ name: 'smoke-failing', since: START }),
    ]);
    company.faults.set('smoke-failing', false);
    company.faults.set('canary-errors', false);
    expect(company.faults.list().filter((fault) => fault.on)).toEqual([]);
  });

  it('refuses a name that it does not have, and says which is near, or where all stand', () => {
    const { faults } = openCompany();
    const all = ['relctl sandbox show', 'lists every fault and what it does'];
    expect(() => faults.set('cannary-errors', true)).toThrow(
      expect.objectContaining({ code: 'usage.bad-flag', hints: ['relctl sandbox fault canary-errors', ...all] }),
    );
    expect(() => faults.set('__proto__', true)).toThrow(expect.objectContaining({ hints: all }));
  });

  it('holds each fault once, however often it is switched on', () => {
    const company = openCompany();
    company.faults.set('no-go', true);
    company.faults.set('no-go', true);
    expect(company.faults.list().filter((fault) => fault.name === 'no-go')).toHaveLength(1);
  });
});

describe('a fault of new versions', () => {
  it('spares what ran before, hits what comes after, and is cured by rolling back', async () => {
    const company = openCompany();
    company.faults.set('canary-errors', true);
    expect(await errorShare(company)).toBeLessThan(0.005);
    await deploy(company, 'shop:2');
    expect(await errorShare(company)).toBeGreaterThan(0.01);
    await deploy(company, 'registry.example/shop:1.0.0');
    expect(await errorShare(company)).toBeLessThan(0.005);
  });

  it('spares the last good version, also when an earlier fault was cured by a fixed version', async () => {
    const company = openCompany();
    await deploy(company, 'shop:2');
    company.faults.set('canary-errors', true);
    await deploy(company, 'shop:3');
    await deploy(company, 'shop:2');
    expect(await errorShare(company)).toBeLessThan(0.005);
  });

  it('hits the same version again when it is tried a second time', async () => {
    const company = openCompany();
    company.faults.set('canary-errors', true);
    await deploy(company, 'shop:2');
    await deploy(company, 'registry.example/shop:1.0.0');
    await deploy(company, 'shop:2');
    expect(await errorShare(company)).toBeGreaterThan(0.01);
  });

  it('is in production only, unless a place is given', async () => {
    const company = openCompany();
    company.faults.set('crash-loop', true);
    expect(await deploy(company, 'shop:2', 'staging')).toMatchObject({ updatedReplicas: 3, readyReplicas: 3 });
    company.faults.set('crash-loop', true, { environment: 'staging' });
    await deploy(company, 'shop:3', 'staging');
    const pods = await company.cluster('staging').list({ apiVersion: 'v1', kind: 'Pod' });
    expect(JSON.stringify(pods)).toContain('CrashLoopBackOff');
  });

  it('hits the one service that is named', async () => {
    const company = openCompany();
    company.faults.set('canary-errors', true, { service: 'api' });
    await deploy(company, 'shop:2');
    expect(await errorShare(company)).toBeLessThan(0.005);
  });

  it.each(['crash-loop', 'image-missing', 'canary-errors'])(
    '%s is over for running pods when it is switched off',
    async (name) => {
      const company = openCompany();
      company.faults.set(name, true);
      await deploy(company, 'shop:2');
      company.faults.set(name, false);
      await company.clock.sleep(60_000);
      expect((await company.cluster('production').get(WEB))?.status).toMatchObject({
        readyReplicas: 3,
        updatedReplicas: 3,
      });
      expect(await errorShare(company)).toBeLessThan(0.005);
    },
  );
});

describe('a fault of the world', () => {
  it('cluster-unreachable: nothing is read or written', async () => {
    const company = openCompany();
    company.faults.set('cluster-unreachable', true, { environment: 'production' });
    const cluster = company.cluster('production');
    for (const attempt of [
      () => cluster.identity(),
      () => cluster.get(WEB),
      () => cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
      () => cluster.create(deployment('new')),
      () => cluster.apply(deployment('new'), { absent: true }),
      () => cluster.diff([deployment('web')]),
      () => cluster.logs('web', { tail: 1 }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'cluster.unreachable' });
    }
    expect(await company.cluster('staging').get(WEB)).toBeDefined();
    company.faults.set('cluster-unreachable', false);
    expect(await cluster.get({ ...WEB, name: 'new' })).toBeUndefined();
  });

  it('migration-failing: Jobs fail, and say so in their logs', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const job = (name: string) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: { spec: { containers: [{ name: 'up', image: 'shop:2' }], restartPolicy: 'Never' } } },
    });
    const outcome = async (name: string) => {
      await cluster.create(job(name));
      await company.clock.sleep(30_000);
      const found = await cluster.get({ apiVersion: 'batch/v1', kind: 'Job', name });
      const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { 'job-name': name } });
      return { status: found?.status, log: await cluster.logs(pods[0]?.metadata.name ?? '', { tail: 5 }) };
    };
    const good = await outcome('good');
    expect(good.status).toMatchObject({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] });
    expect(good.log).toContain('done');
    company.faults.set('migration-failing', true);
    const bad = await outcome('bad');
    expect(bad.status).toMatchObject({ failed: 1, conditions: [{ type: 'Failed', status: 'True' }] });
    expect(bad.log).toContain('error');
  });

  it('smoke-failing: commands and URLs fail, and everything says that it is simulated', async () => {
    const company = openCompany();
    const { spec } = samplePlan();
    company.teach(spec);
    const url = 'https://www.example.com/healthz';
    const run = () => company.commands.run(['./smoke.sh', '--fast'], { timeout: 1000 });
    const get = () => company.http.request(url, { timeout: 1000 });
    expect(await run()).toMatchObject({ exitCode: 0, output: 'simulated: ./smoke.sh --fast: passed\n' });
    expect(await get()).toMatchObject({ status: 200, body: 'simulated: ok\n' });
    company.faults.set('smoke-failing', true);
    expect(await run()).toMatchObject({ exitCode: 1, output: 'simulated: ./smoke.sh --fast: failed\n' });
    expect(await get()).toMatchObject({ status: 503 });
    expect(company.people(spec).manualCheck('wallet is offered')).toMatchObject({ ok: false });
  });

  it('notification-failing: no message is delivered, and it is an error', async () => {
    const company = openCompany();
    const message: Message = {
      key: 'k1',
      topic: 'deploy.starting',
      release: 'r',
      feature: 'f',
      text: 'Production Deployment starting: f',
      at: '2026-12-03T14:00:00Z',
      informed: ['marketing'],
      simulated: true,
    };
    expect(company.notifier.channelsFor('deploy.starting')).toEqual([{ name: 'sandbox', required: false }]);
    await company.notifier.send('sandbox', message);
    await company.notifier.send('sandbox', message);
    expect(company.outbox()).toEqual([message]);
    company.faults.set('notification-failing', true);
    await expect(company.notifier.send('sandbox', { ...message, key: 'k2' })).rejects.toMatchObject({
      code: 'notification.failed',
    });
    expect(company.outbox()).toHaveLength(1);
  });

  it('ops-resource-missing: what was to be provisioned is not there', async () => {
    const company = openCompany();
    const resource = { apiVersion: 'v1', kind: 'ConfigMap', name: 'api-settings' };
    const cluster = company.cluster('staging');
    expect(await cluster.get(resource)).toBeUndefined();
    company.teach(samplePlan().spec);
    expect(await cluster.get(resource)).toBeDefined();
    company.faults.set('ops-resource-missing', true);
    expect(await cluster.get(resource)).toBeUndefined();
    expect(await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' })).toEqual([]);
    company.faults.set('ops-resource-missing', false);
    expect(await cluster.get(resource)).toBeDefined();
  });

  it('alert-never-fires: an alert is loaded, but did not fire since the staging deploy', async () => {
    const company = openCompany();
    const alerts = company.alerts('staging');
    const name = 'WalletPaymentsFailing';
    await deploy(company, 'shop:2', 'staging');
    const from = company.clock.now() - 60_000;
    await company.clock.sleep(120_000);
    const span = { from, to: company.clock.now() };
    expect(await alerts.rule(name)).toEqual({ loaded: true, healthy: true });
    expect(await alerts.lastFired(name, { from, to: from + 59_000 })).toBeUndefined();
    expect(await alerts.lastFired(name, { from, to: from + 121_000 })).toBe(from + 121_000);
    expect(await alerts.lastFired(name, { from: 0, to: from })).toBeUndefined();
    company.faults.set('alert-never-fires', true);
    expect(await alerts.lastFired(name, span)).toBeUndefined();
    expect(await alerts.rule(name)).toEqual({ loaded: true, healthy: true });
  });

  it('fires again when the same candidate is staged again, under another fence', async () => {
    const company = openCompany();
    await deploy(company, 'shop:2', 'staging');
    await company.clock.sleep(600_000);
    const cluster = company.cluster('staging');
    const from = company.clock.now();
    const now = await cluster.get(WEB);
    const again = deployment('web', { image: 'shop:2' });
    const marked = { ...again, metadata: { ...again.metadata, annotations: { 'relctl.dev/fence': 'r/2' } } };
    await cluster.apply(marked, { resourceVersion: now?.metadata.resourceVersion ?? '' });
    await company.clock.sleep(180_000);
    const span = { from, to: company.clock.now() };
    expect(await company.alerts('staging').lastFired('WalletPaymentsFailing', span)).toBeGreaterThan(from);
  });

  it('prometheus-down: alerts cannot be read either', async () => {
    const company = openCompany();
    company.faults.set('prometheus-down', true);
    const alerts = company.alerts('production');
    await expect(alerts.active()).rejects.toMatchObject({ code: 'alerts.unreachable' });
    await expect(alerts.rule('x')).rejects.toMatchObject({ code: 'alerts.unreachable' });
  });
});

describe('the company’s own alert', () => {
  it('fires after five minutes of errors in production, and ends with them', async () => {
    const company = openCompany();
    const alerts = company.alerts('production');
    company.faults.set('canary-errors', true);
    await deploy(company, 'shop:2');
    expect(await alerts.active()).toEqual([]);
    await company.clock.sleep(300_000);
    expect(await alerts.active()).toEqual([
      expect.objectContaining({ severity: 'critical', name: 'SimulatedHighErrorRate' }),
    ]);
    expect((await alerts.active())[0]?.labels.service).toBe('web');
    await deploy(company, 'registry.example/shop:1.0.0');
    expect(await alerts.active()).toEqual([]);
    expect(reason(await company.metrics('production').scalar('1', company.clock.now()))).toBe('ok');
  });
});
