import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/domain/judge/decision.ts';
import { judgementOf } from '../../../../src/domain/judge/judgement.ts';
import type { ControlLook, Look } from '../../../../src/domain/judge/look.ts';
import { outlookOf, sayNeeded, sayOutlook } from '../../../../src/domain/judge/outlook.ts';
import { SETTINGS } from './looks.ts';

const [SLO = { name: '', objective: 0 }] = SETTINGS.slos;
const PODS = Array.from({ length: 25 }, (_, index) => `stable-${index}`);

/** Replicas that fail 0.1%, some more, at so many requests a second in all; cumulative. */
function looks(rate: number, sick: Readonly<Record<string, number>> = {}): readonly ControlLook[] {
  return Array.from({ length: 60 }, (_, index) => {
    const seconds = (index + 1) * 15;
    const each = (rate / PODS.length) * seconds;
    const controlReplicas = Object.fromEntries(
      PODS.map((pod) => [pod, { bad: each * (sick[pod] ?? 0.001), total: each }]),
    );
    const control = Object.values(controlReplicas).reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }));
    return { elapsedSeconds: seconds, control, controlReplicas };
  });
}

const seen = (rate: number, share = 0.01, sick = {}) => ({
  history: looks(rate * (1 - share), sick),
  rate,
  share,
  canaryReplicas: 1,
});

describe('what a canary can show, before it starts', () => {
  it('is what the judge says at the end of its bake', () => {
    for (const rate of [600, 1000, 10_000]) {
      const { smallestRatio = 0, passes } = outlookOf(SETTINGS, SLO, seen(rate));
      const judged = judgementOf(
        SETTINGS,
        looks(rate * 0.99).map(({ elapsedSeconds, control, controlReplicas = {} }): Look => {
          const canary = { bad: rate * 0.01 * elapsedSeconds * 0.001, total: rate * 0.01 * elapsedSeconds };
          return { elapsedSeconds, slos: { errors: { ok: true, canary, control, controlReplicas } } };
        }),
        { errors: looks(rate * 0.99) },
      );
      const decision = decide(judged);
      expect(decision.slos[0]?.smallestRatio).toBeCloseTo(smallestRatio, 1);
      expect(passes === 'in-the-bake').toBe(decision.verdict === 'pass');
    }
  });

  it('is what the judge says at the end where replicas differ for good: what stays is not taken for noise that averages out', () => {
    const differing = Object.fromEntries(PODS.map((pod, index) => [pod, 0.001 * (0.5 + index / 24)]));
    const canary = (seconds: number) => ({ bad: 100 * seconds * 0.001, total: 100 * seconds });
    for (const bakeSeconds of [300, 900]) {
      const settings = { ...SETTINGS, bakeSeconds };
      const { smallestRatio = 0 } = outlookOf(settings, SLO, seen(10_000, 0.01, differing));
      const judged = judgementOf(
        settings,
        looks(9900, differing)
          .filter(({ elapsedSeconds }) => elapsedSeconds <= bakeSeconds)
          .map(
            ({ elapsedSeconds, control, controlReplicas = {} }): Look => ({
              elapsedSeconds,
              slos: { errors: { ok: true, canary: canary(elapsedSeconds), control, controlReplicas } },
            }),
          ),
        { errors: looks(9900, differing) },
      );
      const shown = decide(judged).slos[0]?.smallestRatio ?? 0;
      expect(smallestRatio).toBeGreaterThan(1.8);
      expect(Math.abs(shown / smallestRatio - 1)).toBeLessThan(0.02);
    }
  });

  it('names the share and the bake that would do where traffic is small, and both do', () => {
    const outlook = outlookOf(SETTINGS, SLO, seen(20));
    expect(outlook.passes).toBe('never');
    expect(sayOutlook(outlook, SETTINGS)).toMatch(/^errors: 20 requests\/s, 1% of them at the canary for 15 min,/);
    expect(sayNeeded(outlook, 1)).toMatch(/^a share of \d+(\.\d)?% or a bake of [\dhmin ]+ \(bake: \d+m\) shows it$/);
    const { neededSeconds = 0, neededShare = 0 } = outlook;
    expect(outlookOf({ ...SETTINGS, bakeSeconds: neededSeconds * 1.001 }, SLO, seen(20)).passes).toBe('in-the-bake');
    expect(outlookOf(SETTINGS, SLO, seen(20, neededShare * 1.001)).passes).toBe('in-the-bake');
  });

  it('does not propose a share that the policy forbids', () => {
    expect(sayNeeded(outlookOf(SETTINGS, SLO, seen(20)), 0.02)).toMatch(
      /^a bake of \d+ h \d+ min \(bake: \d+m\) shows it$/,
    );
  });

  it('says that the extension is needed where it is', () => {
    expect(outlookOf(SETTINGS, SLO, seen(300)).passes).toBe('in-the-extension');
  });

  it('names sick replicas and reckons without them', () => {
    const well = outlookOf(SETTINGS, SLO, seen(1000));
    const one = outlookOf(SETTINGS, SLO, seen(1000, 0.01, { 'stable-3': 0.1 }));
    expect(one.sick).toEqual(['stable-3']);
    expect(one.smallestRatio).toBeCloseTo(well.smallestRatio ?? 0, 1);
  });

  it('can show nothing without requests', () => {
    const none = outlookOf(SETTINGS, SLO, { history: [], rate: 0, share: 0.01, canaryReplicas: 1 });
    expect(none).toMatchObject({ passes: 'never', smallestRatio: undefined, neededSeconds: undefined });
    expect(sayNeeded(none, 1)).toBe('no bake of a week and no share that the policy allows shows it');
  });
});
