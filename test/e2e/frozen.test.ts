import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { type Company, PEOPLE, startCompany } from './support/company.ts';
import { deployAnyway, makeReady } from './support/walk.ts';

/** A bad candidate whose migration cannot be undone: nobody's program decides what happens next. */
let company: Company;
let traffic: Traffic;

beforeAll(async () => {
  company = await startCompany();
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 250 });
});
afterAll(async () => {
  await traffic?.stop();
  await company?.stop();
});

interface Told {
  readonly id: string;
  readonly data: { readonly topic?: string; readonly text: string };
}

function told(): readonly Told[] {
  const lines = readFileSync(join(company.product.root, '.relctl/notifications.ndjson'), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Told);
}

describe('a release past its point of no return', () => {
  it('is frozen instead of rolled back: the migration ran once, its log is kept, and a person is called, once', async () => {
    const marker = join(company.product.root, '.relctl', 'migrations.txt');
    const migrations = [
      {
        id: 'drop-column',
        service: 'web',
        up: ['sh', '-c', `echo production >> ${marker}; echo dropped the column`],
        reversible: false,
        pointOfNoReturn: true,
      },
    ];
    await makeReady(company, { id: 'bad', tag: '3.0.0-bad-errors-30', more: { migrations } });
    const inStaging = readFileSync(marker, 'utf8');
    const { code, stdout, stderr } = await deployAnyway(company, 'bad');
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('frozen');
    const { phase, events } = company.history('bad');
    expect(phase).toBe('frozen');
    expect(events.some((event) => event.type.startsWith('rollback.'))).toBe(false);
    expect(readFileSync(marker, 'utf8')).toBe(`${inStaging}production\n`);
    const step = events.find((event) => event.type === 'step.completed' && event.data.step === 'migrate:drop-column');
    const { file } = (step?.data.evidence ?? { file: '' }) as { file: string };
    expect(readFileSync(join(company.product.root, 'releases/bad', file), 'utf8')).toContain('dropped the column');
    const pages = told().filter((one) => one.data.text.includes('drop-column'));
    expect(pages).toHaveLength(1);
    const canary = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-canary' };
    expect(await company.cluster('shop').get(canary)).toBeDefined();

    const refused = await company.relctl(['rollback', 'bad', '--as', PEOPLE.ops, '--reason', 'errors', '--confirm']);
    expect(refused.code).not.toBe(0);
    expect(company.history('bad').phase).toBe('frozen');

    const forced = ['rollback', 'bad', '--as', PEOPLE.ops, '--reason', 'we restored the column by hand', '--confirm'];
    const back = await company.relctl([...forced, '--past-point-of-no-return']);
    expect(back.code, back.stderr).toBe(0);
    expect(company.history('bad').phase).toBe('rolled-back');
    expect(await company.cluster('shop').get(canary)).toBeUndefined();
    expect(readFileSync(marker, 'utf8')).toBe(`${inStaging}production\n`);
  });
});
