import type { ControlLook, Counts, Look } from '../../../src/domain/judge/look.ts';
import { NO_COUNTS } from '../../../src/domain/judge/look.ts';
import type { Random } from './random.ts';

/** Seconds between two looks, and how many there are in the 15 minutes. */
export const LOOK_SECONDS = 15;
export const LOOKS = 60;
/** Bad ratio of what is healthy, and the canary's share of the traffic. */
export const BASE = 0.001;
const SHARE = 0.01;

/**
 * Noise beyond chance. Except for `clumps`, the bad ratio of each arm (or of each replica, when there are some) is multiplied
 * by a process of mean 1, independent of every other.
 */
export type Noise =
  /** None: independent requests. */
  | { readonly kind: 'iid' }
  /** Gamma-Poisson: a new gamma multiplier each look. */
  | { readonly kind: 'gamma'; readonly cv: number }
  /** Log-normal AR(1), one step a minute. */
  | { readonly kind: 'ar1'; readonly phi: number; readonly cv: number }
  /** A gamma multiplier that a replica keeps for the whole bake: better and worse nodes. */
  | { readonly kind: 'persistent'; readonly cv: number }
  /** Bad events come in clumps of geometric size with mean (index + 1) / 2, so that counts have this index of dispersion. */
  | { readonly kind: 'clumps'; readonly index: number };

/** One row of the bench. */
export interface Scenario {
  /** Requests a second, canary and control together. */
  readonly rate: number;
  /** Bad ratio of the canary over the base; 1 is a good canary. */
  readonly ratio: number;
  /** Seconds of the bake at which the defect begins. */
  readonly from?: number;
  readonly noise: Noise;
  /** Replicas of the control that the metrics tell apart; the canary has one of the same size. None: two counters only. */
  readonly replicas?: number;
  /** Looks at the control that the judge has seen before the canary starts; none when left out. */
  readonly history?: number;
}

/** What one simulated canary gave: counts of each look by itself, and the looks as the judge gets them. */
export interface Simulated {
  readonly canary: readonly Counts[];
  readonly control: readonly Counts[];
  readonly looks: readonly Look[];
  readonly history: readonly ControlLook[];
}

/** Simulates one canary to the end of its bake. */
export function simulate(scenario: Scenario, random: Random): Simulated {
  const arms = scenario.replicas ?? 1;
  const canaryNoise = createMultiplier(scenario.noise, random);
  const controlNoise = Array.from({ length: arms }, () => createMultiplier(scenario.noise, random));
  const perLook = scenario.rate * LOOK_SECONDS;
  /** Counts of each control arm in one look. */
  const controlLook = (look: number): readonly Counts[] =>
    controlNoise.map((multiplier) =>
      events((perLook * (1 - SHARE)) / arms, BASE * multiplier(look), scenario.noise, random),
    );
  const before = scenario.history ?? 0;
  const past = cumulative(
    scenario,
    Array.from({ length: before }, (_, look) => controlLook(look)),
  );
  const controlLooks = Array.from({ length: LOOKS }, (_, look) => controlLook(before + look));
  const canary = controlLooks.map((_, look) => {
    const ratio = look * LOOK_SECONDS >= (scenario.from ?? 0) ? scenario.ratio : 1;
    return events(perLook * SHARE, BASE * ratio * canaryNoise(before + look), scenario.noise, random);
  });
  let own = NO_COUNTS;
  const looks = cumulative(scenario, controlLooks).map(({ elapsedSeconds, ...control }, look): Look => {
    own = plus(own, canary[look] ?? NO_COUNTS);
    return { elapsedSeconds, slos: { errors: { ok: true, canary: own, ...control } } };
  });
  return { canary, control: controlLooks.map((counts) => counts.reduce(plus, NO_COUNTS)), looks, history: past };
}

/** Looks at the control as counters show them: sums since the first. */
function cumulative(scenario: Scenario, looks: readonly (readonly Counts[])[]): readonly ControlLook[] {
  let sums: readonly Counts[] = [];
  return looks.map((counts, look) => {
    sums = counts.map((one, arm) => plus(sums[arm] ?? NO_COUNTS, one));
    return {
      elapsedSeconds: (look + 1) * LOOK_SECONDS,
      control: sums.reduce(plus, NO_COUNTS),
      ...(scenario.replicas === undefined
        ? {}
        : { controlReplicas: Object.fromEntries(sums.map((one, arm) => [`replica-${arm}`, one])) }),
    };
  });
}

function plus(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}

function events(requests: number, ratio: number, noise: Noise, random: Random): Counts {
  const total = random.poisson(requests);
  const mean = total * Math.min(1, ratio);
  return {
    total,
    bad: Math.min(total, noise.kind === 'clumps' ? clumped(mean, noise.index, random) : random.poisson(mean)),
  };
}

/** Poisson many clumps of geometric size; the sum of N geometric sizes is N and a negative binomial, which is a gamma-Poisson. */
function clumped(mean: number, index: number, random: Random): number {
  const size = (index + 1) / 2;
  const clumps = random.poisson(mean / size);
  return clumps + random.poisson(random.gamma(clumps) * (size - 1));
}

function createMultiplier(noise: Noise, random: Random): (look: number) => number {
  switch (noise.kind) {
    case 'iid':
    case 'clumps':
      return () => 1;
    case 'gamma': {
      const shape = 1 / noise.cv ** 2;
      return () => random.gamma(shape) / shape;
    }
    case 'persistent': {
      const shape = 1 / noise.cv ** 2;
      const kept = random.gamma(shape) / shape;
      return () => kept;
    }
    case 'ar1': {
      // The logarithm is a stationary Gaussian AR(1) whose variance gives the multiplier the wanted coefficient of variation.
      const variance = Math.log1p(noise.cv ** 2);
      const step = Math.sqrt(variance * (1 - noise.phi ** 2));
      let log = random.normal() * Math.sqrt(variance);
      return (look) => {
        if (look > 0 && (look * LOOK_SECONDS) % 60 === 0) log = noise.phi * log + step * random.normal();
        return Math.exp(log - variance / 2);
      };
    }
  }
}
