import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { value } from '../../../contract/metrics.contract.ts';
import { samplePlan } from '../../../support/sample-plan.ts';
import { companyConfig, deployment, openCompany, START } from './company.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-sandbox-'));
  file = join(folder, 'sandbox.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const reopen = () => openSandbox({ file, config: companyConfig() });

describe('a company in a file', () => {
  it('goes on where another process left it: time, objects, faults, messages', async () => {
    const first = openCompany({ file });
    await first.cluster('production').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } });
    await first.clock.sleep(12_345);
    first.faults.set('smoke-failing', true);
    const second = reopen();
    expect(second.clock.now()).toBe(START + 12_345);
    expect(await second.cluster('production').get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'kept' })).toBeDefined();
    expect(second.faults.list().filter((fault) => fault.on)).toHaveLength(1);
  });

  it('is read again with a workload that is called as what every object has', async () => {
    const first = openCompany({ file });
    await first.cluster('production').create(deployment('constructor'));
    await first.clock.sleep(60_000);
    expect(() => reopen()).not.toThrow();
  });

  it('takes over a namespace that relctl.yaml names anew', async () => {
    openCompany({ file });
    const config = companyConfig();
    const { staging } = config.environments;
    const moved = { ...config, environments: { ...config.environments, staging: { ...staging, namespace: 'moved' } } };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'moved' } };
    const { metadata } = await openSandbox({ file, config: moved }).cluster('staging').create(object);
    expect(metadata.name).toBe('new');
  });

  it('is the same company as one in memory', async () => {
    const [inFile, inMemory] = [openCompany({ file }), openCompany()];
    for (const company of [inFile, inMemory]) {
      const cluster = company.cluster('production');
      const now = await cluster.get(WEB);
      const guard = { resourceVersion: now?.metadata.resourceVersion ?? '' };
      await cluster.apply(deployment('web', { image: 'shop:2' }), guard);
      await company.clock.sleep(7000);
    }
    expect(await reopen().cluster('production').get(WEB)).toEqual(await inMemory.cluster('production').get(WEB));
  });

  it('is shared by two who have it open at once: each sees what the other writes, and one of two writers wins', async () => {
    const [one, two] = [openCompany({ file }), reopen()];
    const lease = (holder: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'relctl' },
      spec: { holderIdentity: holder },
    });
    await one.cluster('production').create(lease('one'));
    await expect(two.cluster('production').create(lease('two'))).rejects.toMatchObject({ code: 'cluster.conflict' });
    await one.clock.sleep(5000);
    expect(two.clock.now()).toBe(START + 5000);
  });

  it('lets two who sleep at once wake together', async () => {
    const [one, two] = [openCompany({ file }), reopen()];
    await Promise.all([one.clock.sleep(15_000), two.clock.sleep(15_000)]);
    expect(one.clock.now()).toBe(START + 15_000);
  });

  it('keeps nothing of a change that fails', async () => {
    const company = openCompany({ file });
    const before = readFileSync(file, 'utf8');
    await expect(
      company.cluster('production').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Bad_Name' } }),
    ).rejects.toMatchObject({ code: 'cluster.rejected' });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('says in the file that nothing of it happened, and leaves nothing else beside it', () => {
    openCompany({ file });
    expect(JSON.parse(readFileSync(file, 'utf8')).notice).toMatch(/simulated/);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('takes over the lock of a process that is gone', () => {
    openCompany({ file });
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(`${file}.lock`, `${pid} ${hostname()}`);
    reopen().faults.set('no-go', true);
    expect(existsSync(`${file}.lock`)).toBe(false);
    expect(
      reopen()
        .faults.list()
        .find((fault) => fault.name === 'no-go')?.on,
    ).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"format": "relctl-sandbox/1", '],
    ['another JSON', '[1, 2]'],
    ['another format', '{"format": "relctl-sandbox/9"}'],
  ])('refuses a file with %s in it, leaves it alone, and says how to go on', (_, text) => {
    writeFileSync(file, text);
    expect(reopen).toThrow(
      expect.objectContaining({ code: 'sandbox.state', hints: expect.arrayContaining([`rm -- ${file}`]) }),
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('refuses a file in which any one part has the wrong type, and names that part', () => {
    openCompany({ file });
    const text = readFileSync(file, 'utf8');
    for (const key of Object.keys(JSON.parse(text))) {
      writeFileSync(file, JSON.stringify({ ...JSON.parse(text), [key]: { odd: { odd: 1 } } }));
      expect(reopen, key).toThrow(new RegExp(`sandbox.json has the wrong shape at ${key}`));
    }
  });

  it('learns nothing twice: teaching the same plan again leaves the company as it is', () => {
    const company = openCompany({ file });
    const learned = () => ({ ...JSON.parse(readFileSync(file, 'utf8')), revision: 0 });
    company.teach(samplePlan().spec);
    const once = learned();
    company.teach(samplePlan().spec);
    expect(learned()).toEqual(once);
    expect(once.lessons.krs).toHaveLength(1);
  });

  it('makes the folder that it lies in', () => {
    openSandbox({ file: join(folder, 'a', 'b', 'sandbox.json'), config: companyConfig() });
    expect(existsSync(join(folder, 'a', 'b', 'sandbox.json'))).toBe(true);
  });

  it('says so when it cannot be written', () => {
    writeFileSync(file, '{}');
    expect(() => openSandbox({ file: join(file, 'sandbox.json'), config: companyConfig() })).toThrow(
      expect.objectContaining({ code: 'sandbox.state' }),
    );
  });

  it('stays small: a hundred releases of a service leave a bounded history, and a week of it can still be read', async () => {
    const company = openCompany({ file, replicas: 20 });
    const cluster = company.cluster('production');
    let largest = 0;
    for (let version = 2; version < 102; version += 1) {
      const now = await cluster.get(WEB);
      const guard = { resourceVersion: now?.metadata.resourceVersion ?? '' };
      await cluster.apply(deployment('web', { replicas: 20, image: `shop:${version}` }), guard);
      await company.clock.sleep(3_600_000);
      largest = Math.max(largest, readFileSync(file).length);
    }
    const points = JSON.parse(readFileSync(file, 'utf8')).traffic['production/web'];
    expect(points.length).toBeLessThanOrEqual(400);
    expect(largest).toBeLessThan(400_000);
    const span = { from: company.clock.now() - 6 * 3_600_000, to: company.clock.now() };
    const { total } = value(
      await company.metrics('production').increase('http_requests_total{service="web"}', [], span),
    );
    expect(total / (500 * 6 * 3600)).toBeCloseTo(1, 0);
  });
});
