// Reads damaged plans and every beginning of a plan, and prints the figures.
import { type FuzzResult, fuzzPlans, truncatePlans } from './fuzz.ts';

const [count = '100000', seed = '1'] = process.argv.slice(3);
const failures = [
  ...report(`${count} damaged plans, seed ${seed}`, fuzzPlans(Number(count), Number(seed))),
  ...report('every beginning of a plan', truncatePlans()),
];
for (const failure of failures) process.stdout.write(`NOT HELD: ${failure}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Prints what came of it, and gives back the bars that were not held. */
function report(title: string, result: FuzzResult): readonly string[] {
  const at = (share: number): number => result.times[Math.min(result.tried - 1, Math.floor(share * result.tried))] ?? 0;
  const memory = Math.round(result.peakMemory / 1e6);
  const refused = Object.entries(result.refused).sort(([, a], [, b]) => b - a);
  process.stdout.write(
    [
      `${title}: ${result.tried} read`,
      `  crashes ${result.crashes.length}, refused without a line ${result.withoutLine}, prototypes ${result.polluted ? 'CHANGED' : 'unchanged'}`,
      `  time p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, worst ${at(1).toFixed(0)} ms; memory ${memory} MB`,
      `  accepted ${result.accepted}; refused ${refused.map(([code, times]) => `${code} ${times}`).join(', ')}`,
      ...result.crashes.map(({ seed: at, problem }) => `  crash at seed ${at}: ${problem}`),
      '',
    ].join('\n'),
  );
  return [
    ...(result.crashes.length > 0 ? [`${title}: 0 crashes`] : []),
    ...(result.withoutLine > 0 ? [`${title}: a line in every refusal`] : []),
    ...(result.polluted ? [`${title}: prototypes unchanged`] : []),
    ...(at(0.99) >= 1000 ? [`${title}: p99 below 1 s`] : []),
    ...(memory >= 300 ? [`${title}: memory below 300 MB`] : []),
  ];
}
