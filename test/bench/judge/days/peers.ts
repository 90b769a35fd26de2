import type { Counts } from '../../../../src/domain/judge/look.ts';
import { fixedThreshold, type Judge, kayenta, sprt } from '../comparators.ts';
import { LOOK_SECONDS, LOOKS, type Simulated } from '../traffic.ts';
import type { SimulatedDay } from './day.ts';
import type { SimulatedPod } from './pods.ts';

/** The judges that are shown beside relctl, each with the counts of the same scrapes. */
export const PEERS: Readonly<Record<string, Judge>> = {
  Kayenta: kayenta,
  'Argo as documented': fixedThreshold(0.95, 3),
  'Argo with care': careful,
  SPRT: sprt(5),
};

/** What a careful user allows a canary: so much, or so many times what stable has; and how long it is not looked at. */
const ALLOWED = 0.005;
const TIMES = 3;
const INITIAL_DELAY = 120;

/**
 * An AnalysisTemplate as a careful user writes it: each minute the bad ratio of the canary over two minutes, which may be 0.5% or three times
 * stable's, whichever is more; `initialDelay: 2m`, and two failures in a row (`failureLimit` of the last two) abort.
 */
function careful({ canary, control }: Simulated): number | undefined {
  const looks = 120 / LOOK_SECONDS;
  let failures = 0;
  for (let end = looks; end <= canary.length; end += 60 / LOOK_SECONDS) {
    const seconds = end * LOOK_SECONDS;
    if (seconds < INITIAL_DELAY + 60) continue;
    const [own, stable] = [sum(canary.slice(end - looks, end)), sum(control.slice(end - looks, end))];
    const allowed = Math.max(ALLOWED, (TIMES * stable.bad) / Math.max(stable.total, 1));
    failures = own.total > 0 && own.bad / own.total <= allowed ? 0 : failures + 1;
    if (failures === 2) return seconds;
  }
  return undefined;
}

function sum(counts: readonly Counts[]): Counts {
  return counts.reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }), { bad: 0, total: 0 });
}

/** When the first of the SLOs of a day makes a judge abort; `undefined` when none does in the bake. */
export function abortOf(judge: Judge, days: readonly Simulated[]): number | undefined {
  const times = days.flatMap((day) => judge(day) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The counts of a day look by look, as a store has them then: of each pod its last scrape. */
export function countsByLook(day: SimulatedDay, threshold: string | undefined): Simulated {
  const arm = (pods: readonly SimulatedPod[]) =>
    Array.from({ length: LOOKS }, (_, index) => {
      const [from, to] = [index * LOOK_SECONDS, (index + 1) * LOOK_SECONDS];
      return sum(pods.map((pod) => between(pod, from, to, threshold)));
    });
  return { canary: arm(day.canary), control: arm(day.stable), looks: [], history: [] };
}

function between(pod: SimulatedPod, from: number, to: number, threshold: string | undefined): Counts {
  const [first, last] = [scrapeAt(pod, from), scrapeAt(pod, to)];
  const good = threshold === undefined ? pod.good : (pod.within[threshold] ?? []);
  const total = (pod.total[last] ?? 0) - (pod.total[first] ?? 0);
  return { total, bad: total - (good[last] ?? 0) + (good[first] ?? 0) };
}

function scrapeAt({ times }: SimulatedPod, at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
