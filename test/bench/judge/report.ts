import type { JudgeName, JudgeRow, Row, Section } from './bench.ts';
import type { Scenario } from './traffic.ts';

/** A section with what was measured. */
export interface MeasuredSection {
  readonly section: Section;
  readonly rows: readonly Row[];
}

/** How the bench was run. */
export interface Run {
  readonly canaries: number;
  readonly seed: number;
  readonly command: string;
}

/** The report as Markdown: the tables, the aims with what was reached, how to read and repeat it. */
export function report(run: Run, measured: readonly MeasuredSection[]): string {
  const rows = measured.flatMap((section) => section.rows);
  return [
    `Made by \`${run.command}\`: ${run.canaries.toLocaleString('en-US')} simulated canaries a row, seed ${run.seed}. Written by that command; edit it there.`,
    '',
    'Base bad ratio 0.1%, the canary gets 1% of the requests, 15 minutes, looks every 15 s. Each cell is the share of canaries that a judge aborts and, after it, the median time until it does. In the rows ×1 the canary is good, so an abort is false; in the others it is a detection. All judges see the same counts.',
    '',
    '- **relctl**: the judge of this repository, α = 1%, with the defaults of the plan and the policy, objective 99%.',
    "- **Kayenta**: Mann-Whitney with Kayenta's constants (confidence 0.98, tolerance 0.25, ratio of means at least 1) on 15 points of a minute each, judged once at the end.",
    '- **threshold 95%** and **threshold 99%**: success rate of the last minute, as an Argo Rollouts AnalysisTemplate: `>= 0.95` with `failureLimit: 3`, as its documentation shows it, and `>= 0.99` with the default `failureLimit: 0`.',
    "- **SPRT**: Wald's test that is told both bad ratios, α = β = 1%; in the rows ×1 it looks for ×5.",
    '- **time** and **power**: median time and detections of relctl over those of the SPRT.',
    '',
    ...measured.flatMap(({ section, rows: own }) => [`### ${section.title}`, '', section.text, '', ...table(own), '']),
    '### The aims',
    '',
    '| aim | measured | |',
    '|---|---|---|',
    ...aims(rows).map((aim) => `| ${aim.text} | ${aim.measured} | ${aim.reached ? 'reached' : '**not reached**'} |`),
    '',
    `A share of 1% measured on ${run.canaries.toLocaleString('en-US')} canaries has a standard error of ${percent(Math.sqrt((0.01 * 0.99) / run.canaries))}, one of 35% of ${percent(Math.sqrt((0.35 * 0.65) / run.canaries))}. Medians are multiples of 15 s, because looks are.`,
    '',
  ].join('\n');
}

function table(rows: readonly Row[]): readonly string[] {
  return [
    '| requests/s | defect | relctl | Kayenta | threshold 95% | threshold 99% | SPRT | time | power | relctl passes / inconclusive |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => {
      const cells = (['relctl', 'kayenta', 'argo95', 'argo99', 'sprt'] as const).map((name) => cell(row.judges[name]));
      const compare = row.scenario.ratio === 1 ? ['', ''] : [times(timeRatio(row)), times(powerRatio(row))];
      const ends = `${percent(row.passed)} / ${percent(row.inconclusive)}`;
      return `| ${[row.scenario.rate.toLocaleString('en-US'), defect(row.scenario), ...cells, ...compare, ends].join(' | ')} |`;
    }),
  ];
}

/** An aim of the project with what the bench measured. */
export interface Aim {
  readonly text: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** The aims, judged on the measured rows. */
export function aims(rows: readonly Row[]): readonly Aim[] {
  const plain = rows.filter(({ scenario }) => scenario.noise.kind === 'iid' && bare(scenario));
  const wandering = rows.filter(({ scenario }) => scenario.noise.kind === 'ar1' && bare(scenario));
  const named = plain.filter(({ scenario }) => scenario.rate === 1000 && scenario.ratio === 5);
  const doubled = plain.filter(({ scenario }) => scenario.rate >= 1000 && scenario.ratio === 2);
  return [
    atMost('false aborts <= 1%, independent requests', plain.filter(good).map(abortedBy('relctl')), 0.01, percent),
    atMost('false aborts <= 2%, AR(1) φ = 0.7', wandering.filter(good).map(abortedBy('relctl')), 0.02, percent),
    atLeast('1,000/s ×5: detection >= 99.5%', named.map(abortedBy('relctl')), 0.995, percent),
    atMost("1,000/s ×5: median time <= 1.35× the SPRT's", named.map(timeRatio), 1.35, times),
    atLeast("×2 at 1,000/s and 10,000/s: power >= 0.8× the SPRT's", doubled.map(powerRatio), 0.8, times),
  ];
}

function atMost(text: string, values: readonly number[], limit: number, show: (value: number) => string): Aim {
  return { text, measured: values.map(show).join(', '), reached: values.length > 0 && values.every((v) => v <= limit) };
}

function atLeast(text: string, values: readonly number[], limit: number, show: (value: number) => string): Aim {
  return { text, measured: values.map(show).join(', '), reached: values.length > 0 && values.every((v) => v >= limit) };
}

function bare(scenario: Scenario): boolean {
  return scenario.replicas === undefined && scenario.history === undefined && scenario.from === undefined;
}

function good({ scenario }: Row): boolean {
  return scenario.ratio === 1;
}

function abortedBy(name: JudgeName): (row: Row) => number {
  return (row) => row.judges[name].aborted;
}

function timeRatio({ judges }: Row): number {
  return (judges.relctl.median ?? Number.NaN) / (judges.sprt.median ?? Number.NaN);
}

function powerRatio({ judges }: Row): number {
  return judges.relctl.aborted / judges.sprt.aborted;
}

const NOISE_NAMES = {
  iid: '',
  gamma: ', gamma',
  ar1: ', AR(1)',
  persistent: ', persistent',
  clumps: ', clumps',
} as const;

function defect({ ratio, from, noise }: Scenario): string {
  const size = ratio === 1 ? 'none' : `×${ratio}`;
  return `${size}${from === undefined ? '' : ` from ${from} s`}${NOISE_NAMES[noise.kind]}`;
}

function cell({ aborted, median }: JudgeRow): string {
  return median === undefined ? percent(aborted) : `${percent(aborted)} (${Math.round(median)} s)`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 1)}%`;
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : '–';
}
