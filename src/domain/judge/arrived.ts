import type { Arrived } from './look.ts';
import { grown, type Target } from './targets.ts';

/** Scrape intervals for which a target that was not scraped again may only be about to be. */
const NOT_YET = 1.1;
/** Milliseconds of the past from which a target's rate is taken. */
const RECENT = 45_000;
/** Milliseconds for which a target that was not scraped again may be scraped once more: scrapes are missed by the minute where a store is busy or is started again. */
const MAY_COME_BACK = 120_000;

/**
 * All requests of both sides by a moment. A target of the control that was not scraped since goes on as it did for a while; then it has ended, or its scrapes were
 * missed: what it would have had in that case is told as `unsure`.
 */
export function arrivedBy(
  canaries: readonly Target[],
  controls: readonly Target[],
  {
    moment,
    from,
    lastOf,
    isLiving,
    interval,
    punctual,
  }: {
    readonly moment: number;
    readonly from: number;
    readonly lastOf: (target: Target) => number;
    readonly isLiving: (target: Target) => boolean;
    readonly interval: number;
    readonly punctual: number;
  },
): Arrived {
  const total = (target: Target, at: number) => grown(target.total.values(), at);
  let [control, unsure, known, away] = [0, 0, 0, 0];
  for (const target of controls) {
    const last = lastOf(target);
    const late = moment - last;
    const sofar = total(target, moment);
    control += sofar;
    // One that was not scraped since counting began may have been read once only: it is taken to be like the others.
    if (last <= from) away += late <= MAY_COME_BACK ? 1 : 0;
    else known += 1;
    if (late <= 0 || last <= from) continue;
    if (late > NOT_YET * interval) {
      // One that has ended did so half an interval after its last scrape in the mean.
      const ended = (rateOf(target) * interval) / 2000;
      control += ended;
      if (late <= MAY_COME_BACK) unsure += Math.max(0, (rateOf(target) * late) / 1000 - ended);
      continue;
    }
    const recent = Math.min(RECENT, last - from);
    control += ((sofar - total(target, last - recent)) * late) / recent;
  }
  if (known > 0) unsure += (away * control) / known;
  const tracks = canaries.flatMap((target) => [...target.total.values()]);
  const ended = canaries.filter((target) => lastOf(target) > from && !isLiving(target)).length;
  const restarts = tracks.reduce((sum, track) => sum + track.restartsUntil(moment), ended);
  return {
    seconds: (moment - from) / 1000,
    stable: `${controls.length} known, ${punctual} punctual`,
    canary: canaries.reduce((sum, target) => sum + total(target, moment), 0),
    control,
    ...(unsure === 0 ? {} : { unsure }),
    ...(restarts === 0 ? {} : { restarts }),
  };
}

/** Requests a second of a target, over all that was seen of it. */
function rateOf({ total }: Target): number {
  return [...total.values()].reduce((sum, track) => sum + (track.rate ?? 0), 0);
}
