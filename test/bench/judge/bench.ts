import { fixedThreshold, kayenta, sprt } from './comparators.ts';
import { createRandom } from './random.ts';
import { relctl } from './relctl.ts';
import { LOOKS, type Noise, type Scenario, simulate } from './traffic.ts';

/** What the judges did with the simulated canaries of one row. Shares are of all canaries of the row, 0 to 1. */
export interface Row {
  readonly scenario: Scenario;
  readonly judges: Readonly<Record<JudgeName, JudgeRow>>;
  /** relctl's verdicts at the end of the bake. */
  readonly passed: number;
  readonly inconclusive: number;
}

/** One judge's record in a row. */
export interface JudgeRow {
  readonly aborted: number;
  /** Median seconds until the abort, over the canaries that it aborted. */
  readonly median: number | undefined;
}

/** The judges, relctl's own first. */
export const JUDGE_NAMES = ['relctl', 'kayenta', 'argo95', 'argo99', 'sprt'] as const;
/** A judge of the bench. */
export type JudgeName = (typeof JUDGE_NAMES)[number];

const IID: Noise = { kind: 'iid' };
const AR1: Noise = { kind: 'ar1', phi: 0.7, cv: 0.2 };

/** A table of the bench. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly Scenario[];
}

const GAMMA: Noise = { kind: 'gamma', cv: 0.5 };
const CLUMPS: Noise = { kind: 'clumps', index: 3 };
const PERSISTENT: Noise = { kind: 'persistent', cv: 0.3 };
const RATES = [100, 1000, 10_000];
const KNOWN = { replicas: 25, history: LOOKS };

/** What is measured, in the order of the report. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Independent requests',
    text: 'Two counters an arm and nothing else: no replicas told apart, nothing seen before the canary starts.',
    rows: RATES.flatMap((rate) => [1, 2, 5, 20].map((ratio) => ({ rate, ratio, noise: IID }))),
  },
  {
    title: 'AR(1) noise, φ = 0.7 a minute, CV 20%',
    text: 'Two counters an arm. Canary and control wander independently of each other.',
    rows: [
      ...RATES.map((rate) => ({ rate, ratio: 1, noise: AR1 })),
      ...[2, 5].flatMap((ratio) => [1000, 10_000].map((rate) => ({ rate, ratio, noise: AR1 }))),
    ],
  },
  {
    title: 'Other overdispersion, with two counters an arm',
    text: 'Gamma-Poisson with CV 50%, new each look; bad events in clumps with an index of dispersion of 3; arms that differ for good, with CV 30%; and a defect that begins after ten minutes.',
    rows: [
      ...RATES.map((rate) => ({ rate, ratio: 1, noise: GAMMA })),
      { rate: 1000, ratio: 5, noise: GAMMA },
      ...RATES.map((rate) => ({ rate, ratio: 1, noise: CLUMPS })),
      { rate: 1000, ratio: 5, noise: CLUMPS },
      { rate: 10_000, ratio: 1, noise: PERSISTENT },
      { rate: 1000, ratio: 20, from: 600, noise: IID },
    ],
  },
  {
    title: 'With the empirical null',
    text: 'The same, where the metrics tell 25 replicas of the control apart and the judge has seen them for 15 minutes before: stable against stable. Each replica has noise of its own; "persistent" replicas differ with CV 30% and stay so.',
    rows: [
      ...[1, 2, 5].map((ratio) => ({ rate: 1000, ratio, noise: IID, ...KNOWN })),
      ...[1, 2].map((ratio) => ({ rate: 10_000, ratio, noise: AR1, ...KNOWN })),
      ...[1, 5].map((ratio) => ({ rate: 10_000, ratio, noise: PERSISTENT, ...KNOWN })),
      ...[1000, 10_000].map((rate) => ({ rate, ratio: 1, noise: CLUMPS, ...KNOWN })),
      { rate: 1000, ratio: 5, noise: CLUMPS, ...KNOWN },
    ],
  },
];

/** Runs `canaries` simulated canaries of a row through all judges; each sees the same counts. */
export function runRow(scenario: Scenario, canaries: number, seed: number): Row {
  const random = createRandom(seed);
  const judges = {
    kayenta,
    argo95: fixedThreshold(0.95, 3),
    argo99: fixedThreshold(0.99, 0),
    // Without a defect it looks for the ×5 that the plan names.
    sprt: sprt(scenario.ratio === 1 ? 5 : scenario.ratio),
  };
  const times: Record<JudgeName, number[]> = { relctl: [], kayenta: [], argo95: [], argo99: [], sprt: [] };
  let passed = 0;
  let inconclusive = 0;
  for (let canary = 0; canary < canaries; canary += 1) {
    const simulated = simulate(scenario, random);
    const own = relctl(simulated);
    if (own.seconds !== undefined) times.relctl.push(own.seconds);
    if (own.verdict === 'pass') passed += 1;
    if (own.verdict === 'inconclusive') inconclusive += 1;
    for (const [name, judge] of Object.entries(judges)) {
      const seconds = judge(simulated);
      if (seconds !== undefined) times[name as JudgeName].push(seconds);
    }
  }
  const row = (name: JudgeName): JudgeRow => ({ aborted: times[name].length / canaries, median: median(times[name]) });
  return {
    scenario,
    judges: {
      relctl: row('relctl'),
      kayenta: row('kayenta'),
      argo95: row('argo95'),
      argo99: row('argo99'),
      sprt: row('sprt'),
    },
    passed: passed / canaries,
    inconclusive: inconclusive / canaries,
  };
}

function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
