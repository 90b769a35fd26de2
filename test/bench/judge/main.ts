import { runRow, SECTIONS } from './bench.ts';
import { aims, type Run, report } from './report.ts';

/** Runs the whole bench; `told` hears of each row as it is done. Returns the report and whether all aims were reached. */
export function runBench(
  run: Run,
  told: (line: string) => void,
): { readonly text: string; readonly allReached: boolean } {
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
