import { createRandom } from '../random.ts';
import { type Day, simulateDay } from './day.ts';
import { DAYS } from './rows.ts';
import { type DayEnd, watchDay } from './run.ts';

/** What became of the canaries of a row. Shares of all of them. */
export interface DayRow {
  readonly day: Day;
  readonly failed: number;
  readonly passed: number;
  readonly inconclusive: number;
  /** Median seconds until the abort, and the share that was aborted within what the aim asks for. */
  readonly median: number | undefined;
  readonly inTime: number;
  readonly codes: Readonly<Record<string, number>>;
}

/** Runs a row. */
export function runDay(day: Day, canaries: number, seed: number): DayRow {
  const random = createRandom(seed);
  const ends: DayEnd[] = [];
  for (let canary = 0; canary < canaries; canary += 1) ends.push(watchDay(day, simulateDay(day, random)));
  const wanted = day.aim.kind === 'found' ? day.aim.code : undefined;
  const isFound = (end: DayEnd) => end.verdict === 'fail' || end.code === wanted;
  const times = ends.filter(isFound).map((end) => end.seconds);
  const within = day.aim.kind === 'found' ? (day.aim.within ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const share = (verdict: string) => ends.filter((end) => end.verdict === verdict).length / canaries;
  const codes: Record<string, number> = {};
  for (const { code } of ends) codes[code] = (codes[code] ?? 0) + 1 / canaries;
  return {
    day,
    failed: share('fail'),
    passed: share('pass'),
    inconclusive: 1 - share('fail') - share('pass'),
    median: times.length === 0 ? undefined : [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)],
    inTime: times.filter((time) => time <= within).length / canaries,
    codes,
  };
}

/** Whether a row reaches its aim. */
export function reaches({ day: { aim }, failed, passed, median, inTime }: DayRow): boolean {
  switch (aim.kind) {
    case 'not-aborted':
      return failed <= aim.atMost && passed >= (aim.passes ?? 0);
    case 'found':
      return inTime >= aim.atLeast && (aim.median === undefined || (median ?? Number.POSITIVE_INFINITY) <= aim.median);
    case 'not-passed':
      return passed <= aim.atMost;
  }
}

/** Runs all rows, or those whose section or name holds a word. */
export function runDays(
  run: { readonly canaries: number; readonly seed: number; readonly only?: string },
  told: (row: DayRow) => void,
): readonly DayRow[] {
  return DAYS.filter((day) => run.only === undefined || `${day.section} ${day.name}`.includes(run.only)).map(
    (day, index) => {
      const row = runDay(day, run.canaries, run.seed * 1000 + index);
      told(row);
      return row;
    },
  );
}
