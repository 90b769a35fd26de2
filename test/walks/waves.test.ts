import { afterEach, describe, expect, it } from 'vitest';
import type { Environments } from '../../src/ports/environments.ts';
import type { SamplePoint } from '../../src/ports/metrics.ts';
import { type Company, deadRuns, openCompany } from '../support/company.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';

let company: Company;
afterEach(() => company.close());

const REGIONS = ['eu', 'us', 'ap'];

async function openInRegions(): Promise<void> {
  company = await openCompany({
    shape: { replicas: { web: 3, api: 3 }, regions: REGIONS },
    plan: ({ spec }) => {
      spec.migrations = [];
      spec.canary = {
        ...spec.canary,
        strategy: 'region',
        region: 'eu',
        waves: [{ regions: ['us'], soak: '10m' }, { regions: ['ap'] }],
      };
    },
  });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

async function completed(): Promise<readonly string[]> {
  return (await company.plan()).events.flatMap((one) => (one.type === 'step.completed' ? [one.data.step] : []));
}

/** Switches something in the company when a step begins. */
function when(step: string, act: () => void) {
  return {
    emit: (progress: { type: string; step?: string; state?: string }) => {
      if (progress.type === 'step' && progress.step === step && progress.state === 'started') act();
    },
  };
}

/** The company's measurements, with 3% fewer good events in one region from the moment that `from` gives. */
function worseIn({ sandbox }: Company, region: string, from: () => number | undefined): Environments {
  return {
    ...sandbox,
    metrics(environment) {
      const metrics = sandbox.metrics(environment);
      return {
        ...metrics,
        async samples(selector, matchers, span) {
          const reading = await metrics.samples(selector, matchers, span);
          const since = from();
          const isMeant = matchers.includes(`region="${region}"`) && selector.includes('code!~');
          if (!reading.ok || since === undefined || !isMeant) return reading;
          return {
            ok: true,
            value: reading.value.map(({ labels, points }) => ({ labels, points: fewer(points, since) })),
          };
        },
      };
    },
  };
}

/** A counter that grows 3% less from a moment on. */
function fewer(points: readonly SamplePoint[], since: number): readonly SamplePoint[] {
  const start = points.findLast(({ at }) => at <= since)?.value ?? 0;
  return points.map(({ at, value }) => ({
    at,
    value: at <= since ? value : start + Math.floor((value - start) * 0.97),
  }));
}

describe('region by region', () => {
  it('each wave follows the one before, and is watched as long as the plan says', async () => {
    await openInRegions();
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
    expect((await completed()).filter((step) => /^(rollout:web|bake|promote|soak)/.test(step))).toEqual([
      'rollout:web@production/eu',
      'bake',
      'promote',
      'rollout:web@production/us',
      'soak:1',
      'rollout:web@production/ap',
    ]);
    const { deployment } = await company.state();
    const soak = deployment?.steps.get('soak:1');
    expect(Date.parse(soak?.at ?? '') - Date.parse(soak?.since ?? '')).toBeGreaterThanOrEqual(600_000);
    expect(soak?.data?.evidence?.file).toBe('soak-1-1.json');
  });

  it('what turns bad between waves goes back everywhere, and the last region never saw it', async () => {
    await openInRegions();
    const before = await company.production();
    let began: number | undefined;
    const sink = when('soak:1', () => {
      began = company.sandbox.clock.now();
    });
    const environments = worseIn(company, 'us', () => began);
    const outcome = await toProduction(company, {}, { sink, environments });
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.failed', phase: 'rolled-back' } });
    expect(await completed()).not.toContain('rollout:web@production/ap');
    expect(await company.production()).toEqual(before);
  });

  it('without data between waves no further region follows', async () => {
    await openInRegions();
    const before = await company.production();
    const sink = when('soak:1', () => company.sandbox.faults.set('prometheus-down', true));
    const outcome = await toProduction(company, {}, { sink });
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.inconclusive', phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });

  it('a run that dies while a wave is watched goes on watching from where it began', async () => {
    await openInRegions();
    const store = dyingStore(company.store, 'step.completed soak:1', 'before');
    await expect(toProduction(company, {}, { store, runs: deadRuns(company) })).rejects.toBeInstanceOf(Killed);
    const since = (await company.state()).deployment?.steps.get('soak:1')?.since;
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
    expect((await company.state()).deployment?.steps.get('soak:1')?.since).toBe(since);
  });
});
