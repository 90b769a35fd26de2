import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canaryLook } from '../../../../src/domain/judge/canary-look.ts';
import { decide } from '../../../../src/domain/judge/decision.ts';
import { judgementOf } from '../../../../src/domain/judge/judgement.ts';
import type { Look } from '../../../../src/domain/judge/look.ts';
import { EVENT_DATA } from '../../../../src/plan/events.ts';
import { blindLook, lookAt, SETTINGS, steadyLooks } from './looks.ts';

const GOOD = steadyLooks(60, { rate: 10, bad: 0.001 }, { rate: 990, bad: 0.001 });

describe('the decision', () => {
  it('promotes a canary that is as good as control, and says what would have been seen', () => {
    const decision = decide(judgementOf(SETTINGS, GOOD));
    expect(decision).toMatchObject({ verdict: 'pass', code: 'clean', elapsedSeconds: 900 });
    expect(decision.reason).toContain('9 of 9,000 (0.1%) bad against 891 of 891,000 (0.1%) at stable (measured: ×1)');
    expect(decision.slos[0]?.power).toBeGreaterThan(0.99);
  });

  it('goes on until the bake has passed, and on again when it is extended', () => {
    expect(decide(judgementOf(SETTINGS, GOOD.slice(0, 59)))).toMatchObject({ verdict: 'continue', code: 'collecting' });
    expect(decide(judgementOf(SETTINGS, GOOD), 1800).verdict).toBe('continue');
  });

  it('fails a canary that is worse than control at once, with the limit in words', () => {
    const decision = decide(
      judgementOf(SETTINGS, steadyLooks(12, { rate: 10, bad: 0.008 }, { rate: 990, bad: 0.001 })),
    );
    expect(decision).toMatchObject({ verdict: 'fail', code: 'worse-than-control' });
    expect(decision.reason).toMatch(
      /^errors: .*evidence [\d.]+ > limit 4\.66 after .*; false-alarm rate at most 1 in 105$/,
    );
  });

  it('fails a canary that has spent more than the budget of the bake while the control is well', () => {
    const alone = steadyLooks(60, { rate: 10, bad: 0.03 }, { rate: 0, bad: 0 });
    const broken = decide(judgementOf(SETTINGS, alone));
    expect(broken).toMatchObject({ verdict: 'fail', code: 'objective-broken' });
    expect(broken.reason).toContain('more than the objective allows for the whole bake (1%)');
  });

  it('fails a canary that fails most of its requests at once, also where nothing can be compared', () => {
    const decision = decide(judgementOf(SETTINGS, [lookAt(15, { bad: 90, total: 100 }, { bad: 0, total: 0 })]));
    expect(decision).toMatchObject({ verdict: 'fail', code: 'failing-grossly' });
  });

  it('holds a canary while the control breaks the objective too, and within a limit only', () => {
    const looks = steadyLooks(240, { rate: 10, bad: 0.03 }, { rate: 990, bad: 0.03 });
    const held = decide(judgementOf(SETTINGS, looks.slice(0, 60)));
    expect(held).toMatchObject({ verdict: 'hold', code: 'both-break-objective' });
    expect(decide(judgementOf(SETTINGS, looks))).toMatchObject({
      verdict: 'inconclusive',
      code: 'both-break-objective',
    });
  });

  it('does not promote above the objective, even where that may be chance', () => {
    const decision = decide(
      judgementOf(SETTINGS, steadyLooks(60, { rate: 10, bad: 0.0102 }, { rate: 990, bad: 0.0099 })),
    );
    expect(decision).toMatchObject({ verdict: 'inconclusive', code: 'above-objective' });
  });

  it('does not promote when the regression that the plan names could not have been seen', () => {
    const decision = decide(judgementOf(SETTINGS, steadyLooks(60, { rate: 1, bad: 0.001 }, { rate: 99, bad: 0.001 })));
    expect(decision).toMatchObject({ verdict: 'inconclusive', code: 'not-visible' });
    expect(decision.reason).toMatch(/×5 over 0\.1% would be detected with a chance of 3\d/);
    expect(decision.slos[0]?.smallestRatio).toBeGreaterThan(5);
  });

  it('names the pod of stable that hides regressions and is not sick enough to be left out', () => {
    const withOne = (times: number) => {
      const looks = Array.from({ length: 60 }, (_, index): Look => {
        const seconds = (index + 1) * 15;
        const counts = (rate: number, ratio: number) => ({ bad: rate * seconds * ratio, total: rate * seconds });
        const pods = Array.from({ length: 10 }, (_, pod) =>
          pod === 0 ? counts(400, 0.001 * times) : counts(60, 0.001),
        );
        const control = pods.reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }));
        const controlReplicas = Object.fromEntries(pods.map((one, pod) => [`api-${pod}`, one]));
        return {
          elapsedSeconds: seconds,
          slos: { errors: { ok: true, canary: counts(10, 0.001), control, controlReplicas } },
        };
      });
      return decide(judgementOf(SETTINGS, looks)).reason;
    };
    expect(withOne(2.8)).toMatch(
      /smallest that can be detected is ×[\d.]+; stable's pods differ mostly by api-0, which fails ×2\.8/,
    );
    expect(withOne(1)).not.toContain('api-0');
  });

  it('promotes a service without a single error when a tenth of its error budget, five times, would have been seen', () => {
    const clean = (rate: number) =>
      decide(judgementOf(SETTINGS, steadyLooks(60, { rate, bad: 0 }, { rate: 99 * rate, bad: 0 })));
    expect(clean(10)).toMatchObject({ verdict: 'pass', code: 'clean' });
    expect(clean(1)).toMatchObject({ verdict: 'inconclusive', code: 'not-visible' });
  });

  it('never passes without data, whatever came before', () => {
    const decision = decide(judgementOf(SETTINGS, [...GOOD, blindLook(905, 'the newest sample is 70 s old')]));
    expect(decision).toMatchObject({ verdict: 'inconclusive', code: 'no-data' });
    expect(decision.reason).toBe('errors: no data: the newest sample is 70 s old');
    expect(decide(judgementOf(SETTINGS, [])).verdict).toBe('continue');
    expect(decide(judgementOf(SETTINGS, []), 0)).toMatchObject({ verdict: 'inconclusive', code: 'no-data' });
  });

  it('never passes when one SLO of several lacks data, control or requests', () => {
    const settings = { ...SETTINGS, slos: [...SETTINGS.slos, { name: 'latency', objective: 0.95 }] };
    const other = (reading: Look['slos'][string]) =>
      GOOD.map((look) => ({ ...look, slos: { ...look.slos, latency: reading } }));
    const code = (reading: Look['slos'][string]) => decide(judgementOf(settings, other(reading)));
    const none = { bad: 0, total: 0 };
    expect(code({ ok: false, detail: 'x' })).toMatchObject({ verdict: 'inconclusive', code: 'no-data' });
    expect(code({ ok: true, canary: { bad: 0, total: 9000 }, control: none })).toMatchObject({
      verdict: 'inconclusive',
      code: 'no-control',
    });
    expect(code({ ok: true, canary: none, control: { bad: 9, total: 9000 } })).toMatchObject({
      verdict: 'inconclusive',
      code: 'too-few-requests',
    });
  });

  it('never passes a plan without SLOs', () => {
    const empty = { ...SETTINGS, slos: [] };
    expect(decide(judgementOf(empty, [{ elapsedSeconds: 900, slos: {} }])).verdict).toBe('inconclusive');
  });

  it('asks for the requests that the policy asks for', () => {
    const looks = steadyLooks(60, { rate: 10, bad: 0.001 }, { rate: 990, bad: 0.001 });
    const decision = decide(judgementOf({ ...SETTINGS, minimumRequests: 9001 }, looks));
    expect(decision).toMatchObject({ verdict: 'inconclusive', code: 'too-few-requests' });
    expect(decision.reason).toBe('errors: the canary had 9,000 requests and needs 9,001');
  });

  it('never passes when any look of the last one is missing, for any pattern of missing data', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (seen) => {
        const looks = GOOD.map((look, index) => (seen[index] ? look : blindLook(look.elapsedSeconds)));
        const { verdict } = decide(judgementOf(SETTINGS, looks));
        expect(verdict).toBe(seen[59] ? 'pass' : 'inconclusive');
      }),
      { numRuns: 40 },
    );
  });

  it('is what the recorded event and the live view take', () => {
    for (const looks of [GOOD, steadyLooks(12, { rate: 10, bad: 0.02 }, { rate: 990, bad: 0 }), [blindLook(900)]]) {
      const decision = decide(judgementOf(SETTINGS, looks));
      const { verdict, reason, elapsedSeconds, slos } = decision;
      expect(EVENT_DATA['canary.judged'].safeParse({ attempt: 1, verdict, reason, elapsedSeconds, slos }).success).toBe(
        true,
      );
      expect(JSON.parse(JSON.stringify(slos))).toEqual(slos);
    }
    const view = canaryLook(decide(judgementOf(SETTINGS, GOOD)), { bakeSeconds: 900 });
    expect(view).toMatchObject({ share: 0.01, verdict: 'pass', slos: [{ name: 'errors', state: 'clean' }] });
    expect(view.slos[0]?.evidence).toBeLessThan(view.slos[0]?.limit ?? 0);
    const blind = canaryLook(decide(judgementOf(SETTINGS, [blindLook(15, 'down')])), { bakeSeconds: 900 });
    expect(blind.share).toBeUndefined();
    expect(blind.slos[0]).toMatchObject({ canary: undefined, evidence: undefined, noData: 'down' });
  });

  it('shows an objective that is broken as evidence above the limit', () => {
    const looks = steadyLooks(60, { rate: 10, bad: 0.1 }, { rate: 0, bad: 0 });
    const view = canaryLook(decide(judgementOf(SETTINGS, looks)), { bakeSeconds: 900 });
    expect(view.slos[0]?.evidence).toBeGreaterThanOrEqual(view.slos[0]?.limit ?? Number.POSITIVE_INFINITY);
  });
});
