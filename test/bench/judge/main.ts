import { parseArgs } from 'node:util';
import { runRow, SECTIONS } from './bench.ts';
import { aims, type Run, report } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { canaries: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const [canaries, seed] = [Number(values.canaries), Number(values.seed)];
if (!Number.isInteger(canaries) || canaries < 1 || !Number.isInteger(seed)) {
  throw new Error('--canaries and --seed must be whole numbers, --canaries at least 1');
}
const command = `npm run bench -- --write judge --canaries ${canaries} --seed ${seed}`;
const { text, allReached } = runBench({ canaries, seed, command }, (line) => console.error(line));
process.stdout.write(text);
console.error(allReached ? 'all aims are reached' : 'some aims are not reached: see the end of the report');

/** Runs the whole bench; `told` hears of each row as it is done. Returns the report and whether all aims were reached. */
function runBench(run: Run, told: (line: string) => void): { readonly text: string; readonly allReached: boolean } {
  let row = 0;
  const measured = SECTIONS.map((section) => ({
    section,
    rows: section.rows.map((scenario) => {
      row += 1;
      const done = runRow(scenario, run.canaries, run.seed + row);
      const { relctl, sprt } = done.judges;
      told(
        `${section.title} · ${scenario.rate}/s ×${scenario.ratio} ${scenario.noise.kind}: relctl ${(relctl.aborted * 100).toFixed(2)}%, SPRT ${(sprt.aborted * 100).toFixed(2)}%`,
      );
      return done;
    }),
  }));
  const reached = aims(measured.flatMap(({ rows }) => rows));
  return { text: report(run, measured), allReached: reached.every((aim) => aim.reached) };
}
