import type { Counts } from './look.ts';
import { countsOf } from './replicas.ts';
import type { Track } from './track.ts';

/** A target of one side: something that is scraped by itself, such as a pod. Its counters are sampled at the same moments. */
export interface Target {
  readonly name: string;
  /** As its store calls it, by `job` and `instance`. */
  readonly instance: string;
  readonly total: ReadonlyMap<string, Track>;
  /** Good events by threshold; of an SLO that has none under the empty name. */
  readonly good: ReadonlyMap<string, ReadonlyMap<string, Track>>;
}

/** Scrape intervals after which a target is late, when others were scraped. */
export const LATE = 1.6;

/**
 * Targets that were scraped when the others were.
 * @param lastOf when a target was scraped last
 */
export function punctualOf(
  targets: readonly Target[],
  interval: number,
  lastOf: (target: Target) => number,
): readonly Target[] {
  const newest = Math.max(...targets.map(lastOf));
  return targets.filter((target) => lastOf(target) >= newest - LATE * interval);
}

/** Good and all events of a target at a moment. */
export function eventsAt(
  target: Target,
  moment: number,
  threshold: string | undefined,
): { readonly good: number; readonly total: number } {
  return {
    good: grown(target.good.get(threshold ?? '')?.values() ?? [], moment),
    total: grown(target.total.values(), moment),
  };
}

/** The same as counts. */
export function countsAt(target: Target, moment: number, threshold: string | undefined): Counts {
  const { good, total } = eventsAt(target, moment, threshold);
  return countsOf(good, total);
}

/** How far counters had grown together at a moment. */
export function grown(tracks: Iterable<Track>, moment: number): number {
  let sum = 0;
  for (const track of tracks) sum += track.since(moment);
  return sum;
}

/** Counts of several targets together. */
export function plusAll(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }), { bad: 0, total: 0 });
}

/** Whether all events of a target are known; of some only good ones are. */
export function hasTotal(target: Target): boolean {
  return target.total.size > 0;
}

/**
 * The last scrape of a target that all of its series have, milliseconds since the epoch; endlessly long ago where it never was. A store of several parts may have
 * some series of a scrape before the others, and between the two what is good would seem bad. A series that stays away for longer has ended.
 */
export function lastScrape(target: Target): number {
  let newest = Number.NEGATIVE_INFINITY;
  let interval: number | undefined;
  for (const track of target.total.values()) {
    if ((track.lastAt ?? newest) <= newest) continue;
    newest = track.lastAt ?? newest;
    interval = track.interval;
  }
  const since = newest - LATE * (interval ?? Number.POSITIVE_INFINITY);
  let last = newest;
  for (const tracks of [target.total, ...target.good.values()]) {
    for (const { lastAt = newest } of tracks.values()) if (lastAt >= since && lastAt < last) last = lastAt;
  }
  return last;
}

/** Keeps the counts of a target at one moment; see {@link Track.mark}. */
export function mark({ total, good }: Target, moment: number): void {
  for (const tracks of [total, ...good.values()]) for (const track of tracks.values()) track.mark(moment);
}

/** When a target was scraped first, milliseconds since the epoch; never where it was not. */
export function firstScrape(target: Target): number {
  let first = Number.POSITIVE_INFINITY;
  for (const track of target.total.values()) first = Math.min(first, track.firstAt ?? first);
  return first;
}

/** When one of the targets was scraped last at or before a moment. */
export function scrapedBefore(targets: readonly Target[], moment: number): number | undefined {
  let last: number | undefined;
  for (const target of targets) {
    for (const track of target.total.values()) {
      const at = track.sampledBefore(moment);
      if (at !== undefined && (last === undefined || at > last)) last = at;
    }
  }
  return last;
}

/** The median distance of two scrapes of a target; endless while none has been scraped twice. */
export function scrapeInterval(targets: readonly Target[]): number {
  const distances: number[] = [];
  for (const target of targets) {
    const [track] = target.total.values();
    if (track?.interval !== undefined) distances.push(track.interval);
  }
  if (distances.length === 0) return Number.POSITIVE_INFINITY;
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}
