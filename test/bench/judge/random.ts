/** A seeded source of random numbers; the same seed gives the same bench. */
export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  normal(): number;
  /** Gamma with this shape and scale 1. */
  gamma(shape: number): number;
  poisson(mean: number): number;
  binomial(trials: number, chance: number): number;
}

/** Mulberry32 for the uniform numbers; Marsaglia and Tsang (2000) for gamma, Hörmann's PTRS (1993) for large Poisson means. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => {
    if (shape <= 0) return 0;
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    if (mean >= 10) return largePoisson(mean, uniform);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count += 1;
    return count;
  };
  const binomial = (trials: number, chance: number): number => {
    if (chance >= 1) return trials;
    if (chance > 0.5) return trials - binomial(trials, 1 - chance);
    const mean = trials * chance;
    // For many trials the normal law, for rare events Poisson's, is near enough for a bench.
    if (mean > 30) return Math.min(trials, Math.max(0, Math.round(mean + normal() * Math.sqrt(mean * (1 - chance)))));
    if (chance < 0.01) return Math.min(trials, poisson(mean));
    let count = 0;
    for (let trial = 0; trial < trials; trial += 1) if (uniform() < chance) count += 1;
    return count;
  };
  return { uniform, normal, gamma, poisson, binomial };
}

function largePoisson(mean: number, uniform: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = 1 - uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = k * Math.log(mean) - mean - logFactorial(k);
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b) <= bound) return k;
  }
}

function logFactorial(k: number): number {
  let shift = 0;
  let z = k + 1;
  for (; z < 10; z += 1) shift += Math.log(z);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * z) - 1 / (360 * z ** 3) - shift;
}
