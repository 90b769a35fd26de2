import { describe, expect, it } from 'vitest';
import { observe, openJudgement } from '../../../../src/domain/judge/judgement.ts';
import type { ControlLook, Counts } from '../../../../src/domain/judge/look.ts';
import { spreadOf } from '../../../../src/domain/judge/spread.ts';
import { createRandom } from '../../../bench/judge/random.ts';
import { SETTINGS as ERRORS } from './looks.ts';

const SETTINGS = { ...ERRORS, slos: [{ name: 'api', objective: 0.97, kind: 'slow' as const }] };
const PODS = 20;
const RATE = 40;

type Sides = { readonly canary: Counts; readonly control: Record<string, Counts> };

/**
 * Requests of pods that pause for two seconds at random, in which 40% are slow at the threshold and half as many at the edge beyond it; `times` as
 * often in the canary.
 */
function day(seed: number, times: number) {
  const random = createRandom(seed);
  const grow = (before: Counts, more: { readonly often: number; readonly slow: number }): Counts => {
    const pauses = random.poisson((15 / 90) * more.often);
    return {
      bad: before.bad + random.poisson(RATE * 2 * more.slow * pauses + RATE * 15 * 0.002),
      total: before.total + RATE * 15,
    };
  };
  const nothing = (): Sides => ({
    canary: { bad: 0, total: 0 },
    control: Object.fromEntries(Array.from({ length: PODS }, (_, pod) => [`s${pod}`, { bad: 0, total: 0 }])),
  });
  const next = ({ canary, control }: Sides, slow: number): Sides => ({
    canary: grow(canary, { often: times, slow }),
    control: Object.fromEntries(Object.entries(control).map(([name, one]) => [name, grow(one, { often: 1, slow })])),
  });
  return { nothing, next };
}

const all = (control: Record<string, Counts>): Counts =>
  Object.values(control).reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }));

/** Whether the latency seems to have moved by the end of the bake. */
function watched(seed: number, times: number, warmupSeconds: number): boolean {
  const { nothing, next } = day(seed, times);
  let now = nothing();
  const history: ControlLook[] = [];
  for (let at = 15; at <= 900; at += 15) {
    now = next(now, 0.4);
    history.push({ elapsedSeconds: at, control: all(now.control), controlReplicas: now.control });
  }
  let judgement = openJudgement({ ...SETTINGS, warmupSeconds }, { api: history });
  now = nothing();
  let edge = nothing();
  for (let at = 15; at <= 900 + warmupSeconds; at += 15) {
    now = next(now, 0.4);
    edge = next(edge, 0.2);
    const edges = [
      { le: '1', canary: edge.canary, control: all(edge.control), spread: spreadOf(Object.values(edge.control)) },
    ];
    const reading = {
      ok: true as const,
      canary: now.canary,
      control: all(now.control),
      controlReplicas: now.control,
      edges,
    };
    judgement = observe(judgement, { elapsedSeconds: at, slos: { api: reading } });
  }
  return judgement.slos[0]?.edges.shifted !== undefined;
}

describe('the other edges of a histogram', () => {
  it('take no pauses, which make slow requests clump, for a latency that has moved', () => {
    const shifted = Array.from({ length: 80 }, (_, seed) => watched(700 + seed, 1, 120)).filter((is) => is);
    expect(shifted.length).toBeLessThanOrEqual(1);
  });

  it('show pauses that are many times as frequent', () => {
    const shifted = Array.from({ length: 50 }, (_, seed) => watched(900 + seed, 10, 120)).filter((is) => is);
    expect(shifted.length).toBeGreaterThanOrEqual(45);
  });
});
