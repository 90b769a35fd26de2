import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/domain/judge/decision.ts';
import { judgementOf, observe, openJudgement } from '../../../../src/domain/judge/judgement.ts';
import type { Look } from '../../../../src/domain/judge/look.ts';
import { limitsOf } from '../../../../src/domain/judge/settings.ts';
import { createRandom } from '../../../bench/judge/random.ts';
import { simulate } from '../../../bench/judge/traffic.ts';
import { blindLook, lookAt, SETTINGS, steadyLooks } from './looks.ts';

describe('the judgement', () => {
  it('is the same for the same looks, whether folded at once or resumed from what was kept', () => {
    const looks = simulate(
      { rate: 1000, ratio: 2, noise: { kind: 'ar1', phi: 0.7, cv: 0.2 }, replicas: 5 },
      createRandom(3),
    ).looks;
    const whole = judgementOf(SETTINGS, looks);
    const half = JSON.parse(JSON.stringify(judgementOf(SETTINGS, looks.slice(0, 30))));
    const resumed = looks.slice(30).reduce(observe, half);
    expect(resumed).toEqual(JSON.parse(JSON.stringify(whole)));
  });

  it('condemns a good canary in at most 1 of 100 bakes although it looks 60 times, at irregular moments', () => {
    const random = createRandom(11);
    const bakes = 1500;
    let condemned = 0;
    for (let bake = 0; bake < bakes; bake += 1) {
      const looks = simulate({ rate: 2000, ratio: 1, noise: { kind: 'iid' } }, random).looks.filter(
        () => random.uniform() < 0.7,
      );
      if (judgementOf(SETTINGS, looks).slos[0]?.crossed) condemned += 1;
    }
    // Three standard errors above 1%.
    expect(condemned / bakes).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / bakes));
  });

  it('finds a canary five times as bad in nearly every bake: the test above is not passed by a judge that never speaks', () => {
    const random = createRandom(12);
    let condemned = 0;
    for (let bake = 0; bake < 200; bake += 1) {
      const { looks } = simulate({ rate: 1000, ratio: 5, noise: { kind: 'iid' } }, random);
      if (judgementOf(SETTINGS, looks).slos[0]?.crossed?.test === 'comparison') condemned += 1;
    }
    expect(condemned).toBeGreaterThanOrEqual(198);
  });

  it('sees a defect that begins late much sooner than the good minutes before it are paid back', () => {
    const good = steadyLooks(40, { rate: 10, bad: 0.001 }, { rate: 990, bad: 0.001 });
    const last = good.at(-1)?.slos.errors;
    if (last?.ok !== true) throw new Error('the looks have data');
    const bad = Array.from({ length: 20 }, (_, index) => {
      const seconds = (index + 1) * 15;
      return lookAt(
        600 + seconds,
        { bad: last.canary.bad + seconds * 0.2, total: last.canary.total + seconds * 10 },
        { bad: last.control.bad + seconds * 0.99, total: last.control.total + seconds * 990 },
      );
    });
    expect(judgementOf(SETTINGS, [...good, ...bad]).slos[0]?.crossed?.elapsedSeconds).toBeLessThanOrEqual(690);
  });

  it('keeps a limit that was passed, whatever comes after', () => {
    const crossed = judgementOf(SETTINGS, steadyLooks(20, { rate: 10, bad: 0.02 }, { rate: 990, bad: 0.001 }));
    const later = observe(crossed, blindLook(400));
    expect(crossed.slos[0]?.crossed).toBeDefined();
    expect(later.slos[0]?.crossed).toEqual(crossed.slos[0]?.crossed);
    expect(decide(later).verdict).toBe('fail');
  });

  it('never lowers its evidence because the look at hand is worse', () => {
    const before = judgementOf(SETTINGS, steadyLooks(30, { rate: 100, bad: 0.001 }, { rate: 9900, bad: 0.001 }));
    const evidence = (bad: number) =>
      observe(before, lookAt(465, { bad, total: 46_500 }, { bad: 4605, total: 4_603_500 })).slos[0]?.comparisonEvidence;
    fc.assert(
      fc.property(fc.integer({ min: 45, max: 1000 }), (bad) => {
        expect(evidence(bad + 1)).toBeGreaterThanOrEqual(evidence(bad) ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('takes a look without data as nothing, and the counts after it as covering its time', () => {
    const looks = steadyLooks(20, { rate: 10, bad: 0.003 }, { rate: 990, bad: 0.001 });
    const hole = looks.filter((_, index) => index < 5 || index > 9);
    const blinded: readonly Look[] = [
      ...looks.slice(0, 5),
      ...Array.from({ length: 5 }, (_, index) => blindLook(90 + index * 15)),
      ...looks.slice(10),
    ];
    const [withHole, withBlind] = [judgementOf(SETTINGS, hole), judgementOf(SETTINGS, blinded)];
    expect(withBlind.slos).toEqual(withHole.slos);
    expect(judgementOf(SETTINGS, blinded.slice(0, 8)).slos[0]?.noData).toBe('Prometheus did not answer');
  });

  it('refuses counts that no counter can give, and says which', () => {
    const first = observe(openJudgement(SETTINGS), lookAt(15, { bad: 2, total: 150 }, { bad: 10, total: 9000 }));
    const said = (look: Look) => observe(first, look).slos[0]?.noData;
    expect(said(lookAt(30, { bad: 1, total: 300 }, { bad: 20, total: 18_000 }))).toContain('went back');
    expect(said(lookAt(30, { bad: 2, total: 300 }, { bad: 10, total: 8000 }))).toContain('stable went back');
    expect(said(lookAt(30, { bad: Number.NaN, total: 300 }, { bad: 20, total: 18_000 }))).toContain('not numbers');
    expect(said(lookAt(30, { bad: 400, total: 300 }, { bad: 20, total: 18_000 }))).toContain('more bad events');
    expect(said(lookAt(30, { bad: -9, total: 300 }, { bad: 20, total: 18_000 }))).toContain('more good events');
    expect(said({ elapsedSeconds: 30, slos: {} })).toBe('it was not measured');
    expect(said({ elapsedSeconds: 30, slos: { latency: { ok: false, detail: 'x' } } })).toBe('it was not measured');
  });

  it('ignores a look that is older than the last', () => {
    const first = observe(openJudgement(SETTINGS), lookAt(30, { bad: 0, total: 300 }, { bad: 20, total: 18_000 }));
    expect(observe(first, lookAt(15, { bad: 0, total: 150 }, { bad: 10, total: 9000 }))).toBe(first);
    expect(observe(first, blindLook(Number.NaN))).toBe(first);
  });

  it('is not misled by an SLO that is named like a part of every object', () => {
    const settings = { ...SETTINGS, slos: [{ name: 'constructor', objective: 0.99 }] };
    expect(observe(openJudgement(settings), { elapsedSeconds: 15, slos: {} }).slos[0]?.noData).toBe(
      'it was not measured',
    );
  });

  it('stays finite for any counts that counters can give', () => {
    const growing = fc.array(
      fc.record({
        canary: fc.record({ good: fc.nat(1e9), bad: fc.nat(1e9) }),
        control: fc.record({ good: fc.nat(1e12), bad: fc.nat(1e12) }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(growing, fc.constantFrom(0.5, 0.9, 0.999, 1), (steps, objective) => {
        const sums = { canary: { bad: 0, total: 0 }, control: { bad: 0, total: 0 } };
        const looks = steps.map(({ canary, control }, index) => {
          sums.canary = { bad: sums.canary.bad + canary.bad, total: sums.canary.total + canary.bad + canary.good };
          sums.control = {
            bad: sums.control.bad + control.bad,
            total: sums.control.total + control.bad + control.good,
          };
          return lookAt((index + 1) * 100, sums.canary, sums.control);
        });
        const decision = decide(judgementOf({ ...SETTINGS, slos: [{ name: 'errors', objective }] }, looks));
        for (const slo of decision.slos) {
          for (const value of Object.values(slo)) {
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shares alpha out by weight and never gives out more than there is', () => {
    const slos = [
      { name: 'errors', objective: 0.99, weight: 3 },
      { name: 'latency', objective: 0.95 },
      { name: 'freshness', objective: 0.9 },
    ];
    const settings = { ...SETTINGS, slos };
    const spent = slos.reduce((sum, slo) => {
      const limits = limitsOf(settings, slo);
      return sum + Math.exp(-limits.comparison) + Math.exp(-limits.objective);
    }, 0);
    expect(spent).toBeCloseTo(settings.alpha, 12);
    const [errors, latency] = slos.map((slo) => limitsOf(settings, slo).comparison);
    expect(errors).toBeLessThan(latency ?? 0);
  });
});
