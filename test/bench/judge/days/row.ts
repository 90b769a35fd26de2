import { createRandom } from '../random.ts';
import { type Day, simulateDay } from './day.ts';
import { abortOf, countsByLook, PEERS } from './peers.ts';
import { type DayEnd, promisedOf, watchDay } from './run.ts';

/** What became of the canaries of a row. Shares of all of them. */
export interface DayRow {
  readonly day: Day;
  readonly failed: number;
  readonly passed: number;
  readonly inconclusive: number;
  /** What an aim to find is about: aborts, and verdicts with its code. */
  readonly found: number;
  /** Median seconds until the abort, and the share that was aborted within what the aim asks for. */
  readonly median: number | undefined;
  readonly inTime: number;
  /** Share of the canaries by the code of their last verdict. */
  readonly codes: Readonly<Record<string, number>>;
  /** Share that each peer aborts, and their median seconds until they do. */
  readonly peers: Readonly<Record<string, { readonly aborted: number; readonly median: number | undefined }>>;
  /** Smallest visible ratio: as promised before the start and as decided at the end, medians over canaries that were watched to the end. */
  readonly promised: number | undefined;
  readonly shown: number | undefined;
}

/** Runs a row. */
export function runDay(day: Day, canaries: number, seed: number): DayRow {
  const random = createRandom(seed);
  const ends: DayEnd[] = [];
  const aborts: Record<string, number[]> = Object.fromEntries(Object.keys(PEERS).map((name) => [name, []]));
  for (let canary = 0; canary < canaries; canary += 1) {
    const simulated = simulateDay(day, random, (seen) => promisedOf(day, seen));
    ends.push(watchDay(day, simulated));
    const counts = simulated.map((one) => countsByLook(one, day.threshold));
    for (const [name, judge] of Object.entries(PEERS)) {
      const seconds = abortOf(judge, counts);
      if (seconds !== undefined) aborts[name]?.push(seconds);
    }
  }
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
    found: times.length / canaries,
    median: median(times),
    inTime: times.filter((time) => time <= within).length / canaries,
    codes,
    peers: Object.fromEntries(
      Object.entries(aborts).map(([name, seconds]) => [
        name,
        { aborted: seconds.length / canaries, median: median(seconds) },
      ]),
    ),
    promised: median(ends.flatMap((end) => (end.shown === undefined ? [] : (end.promised ?? [])))),
    shown: median(ends.flatMap((end) => end.shown ?? [])),
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
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
