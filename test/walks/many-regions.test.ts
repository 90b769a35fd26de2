import { afterEach, expect, it } from 'vitest';
import { LEASE_NAME } from '../../src/domain/deployment/lease.ts';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { type Company, deadRuns, openCompany } from '../support/company.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';

/** Twenty regions: one is the canary, and the others follow at once, side by side in one run, under one judge (docs/decisions/regions-side-by-side.md). */
let company: Company;
afterEach(() => company.close());

const regions = (length: number) => Array.from({ length }, (_, index) => `r${index}`);
const ROLLOUT = /^rollout:web@production\/(r\d+)$/;

async function ready(all: readonly string[]): Promise<void> {
  company = await openCompany({
    shape: { replicas: { web: 2, api: 2 }, regions: all },
    plan: ({ spec }) => {
      spec.migrations = [];
      spec.canary = { ...spec.canary, strategy: 'region', region: 'r0' };
    },
  });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** When the rollout of each region began and ended, by the clock of the company. */
function watched() {
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  const emit = (progress: Progress): void => {
    const [, region] = ROLLOUT.exec(progress.type === 'step' ? progress.step : '') ?? [];
    if (progress.type !== 'step' || region === undefined) return;
    if (progress.state === 'started') began.set(region, company.sandbox.clock.now());
    if (progress.state === 'completed') ended.set(region, company.sandbox.clock.now());
  };
  return { sink: { emit }, began, ended };
}

it('take no longer than the slowest of them and a tenth, each under a lock of its own', async () => {
  const all = regions(20);
  await ready(all);
  const { sink, began, ended } = watched();
  expect(await toProduction(company, {}, { sink })).toMatchObject({ data: { phase: 'deployed' } });
  const others = all.slice(1);
  const took = (region: string) => (ended.get(region) ?? 0) - (began.get(region) ?? 0);
  const whole =
    Math.max(...others.map((one) => ended.get(one) ?? 0)) - Math.min(...others.map((one) => began.get(one) ?? 0));
  expect(took('r0')).toBeGreaterThan(0);
  // Beside what one takes that goes alone: what each of them takes holds its waiting for the others.
  expect(whole).toBeLessThanOrEqual(1.1 * took('r0'));
  const { deployment } = await company.state();
  const leases = await Promise.all(
    all.map((region) =>
      company.sandbox
        .cluster('production', region)
        .get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: LEASE_NAME }),
    ),
  );
  expect(leases.every((lease) => lease !== undefined)).toBe(true);
  expect(Object.keys(deployment?.started.data.clusters ?? {})).toHaveLength(20);
  expect((await company.plan()).events.filter(({ type }) => type === 'canary.judged')).toHaveLength(1);
});

it('go on from where each of them was, when their run is killed in the middle of them', async () => {
  const all = regions(6);
  await ready(all);
  const store = dyingStore(company.store, 'step.completed rollout:web@production/r4', 'after');
  await expect(toProduction(company, {}, { store, runs: deadRuns(company) })).rejects.toBeInstanceOf(Killed);
  expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
  const completed = (await company.plan()).events.flatMap((one) =>
    one.type === 'step.completed' && ROLLOUT.test(one.data.step) ? [one.data.step] : [],
  );
  expect(completed.sort()).toEqual(all.map((region) => `rollout:web@production/${region}`).sort());
});
