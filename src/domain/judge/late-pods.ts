import { type Counts, NO_COUNTS } from './look.ts';
import { countsOf } from './replicas.ts';
import { eventsAt, firstScrape, lastScrape, mark, type Target } from './targets.ts';

/** Of the warm-up, the share after the first pod within which another is one of the first, whose warm-up is that of the bake. */
const WITH_THE_FIRST = 0.25;

/**
 * When the own warm-up of each pod of the canary ends that came later than the first: it was evicted, or a second one was added, and is as cold as
 * the first was. What it answers until then says little of the release, so only a gross failure counts.
 * @param from when counting began, milliseconds since the epoch
 * @param warmup milliseconds; 0 where there is none
 * @param staleAfter milliseconds within which each target is scraped: a pod that comes so soon after the first is one of the first, too. It is the same at
 *   each look, unlike the time between two scrapes, so that no pod is late at one look and not at the next
 * @returns milliseconds since the epoch by target
 */
export function latePods(
  canaries: readonly Target[],
  { from, warmup, staleAfter }: { readonly from: number; readonly warmup: number; readonly staleAfter: number },
): ReadonlyMap<Target, number> {
  // Pods of a canary before this one may still be known.
  const own = canaries.filter((target) => lastScrape(target) > from);
  if (warmup <= 0 || own.length < 2) return new Map();
  const first = Math.max(from, Math.min(...own.map(firstScrape)));
  const late = own.filter((target) => firstScrape(target) > first + Math.max(WITH_THE_FIRST * warmup, staleAfter));
  return new Map(
    late.map((target) => {
      const until = firstScrape(target) + warmup;
      mark(target, until);
      return [target, until];
    }),
  );
}

/** What a pod of the canary answered by a moment, without its own warm-up. */
export function judgedAt(
  target: Target,
  moment: number,
  warmUntil: number | undefined,
  threshold: string | undefined,
): Counts {
  const now = eventsAt(target, moment, threshold);
  if (warmUntil === undefined) return countsOf(now.good, now.total);
  if (moment <= warmUntil) return NO_COUNTS;
  const warm = eventsAt(target, warmUntil, threshold);
  return countsOf(now.good - warm.good, now.total - warm.total);
}

/** What it answered in its own warm-up. */
export function warmingAt(target: Target, moment: number, warmUntil: number, threshold: string | undefined): Counts {
  const { good, total } = eventsAt(target, Math.min(moment, warmUntil), threshold);
  return countsOf(good, total);
}
