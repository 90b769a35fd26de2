import type { PastSeries } from '../../support/prometheus.ts';

/** Two weeks before a release and nine days after it, as a store of long standing holds them. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Seconds between two samples while hypercare lasts. */
const PERIOD = 30;
const REQUESTS_A_SECOND = 10;

/**
 * Requests that `web` answers beside those of the test's pods; hours are counted from `begin`, when hypercare begins. 1 in 1000
 * fails; from hour 29 on, for 75 minutes, it is 22 in 100. The process starts anew at hour 10, and from hour 20 to 23 nobody measured.
 */
export function longTraffic(begin: number): readonly PastSeries[] {
  const good: [number, number][] = [];
  const bad: [number, number][] = [];
  // A counter that did not begin with the release: taken for new, its restart would bring all of these errors along.
  let [goods, bads] = [5_000_000, 5000];
  let hasRestarted = false;
  let step = 0;
  for (let hour = -14 * 24; hour <= 9 * 24; hour += step / 3600) {
    const isBurning = hour >= 29 && hour < 30.25;
    const isWatched = hour >= -2 && hour <= 50;
    // promtool reads the whole text once for each block of two hours, so the other days are told in few lines.
    step = isWatched ? PERIOD : 20 * PERIOD;
    goods += REQUESTS_A_SECOND * step * (isBurning ? 0.78 : 0.999);
    bads += REQUESTS_A_SECOND * step * (isBurning ? 0.22 : 0.001);
    if (hour >= 10 && !hasRestarted) [goods, bads, hasRestarted] = [0, 0, true];
    if (hour >= 20 && hour < 23) continue;
    const at = Math.round((begin + hour * HOUR) / 1000);
    good.push([at, goods]);
    bad.push([at, bads]);
  }
  const labels = { service: 'web', pod: 'elsewhere' };
  return [
    { name: 'http_requests_total', labels: { ...labels, code: '200' }, samples: good },
    { name: 'http_requests_total', labels: { ...labels, code: '500' }, samples: bad },
  ];
}

/** A gauge with a value for each day, sampled where it is asked for: half a minute before midnight, UTC. */
export function daily(name: string, begin: number, values: { readonly before: number; readonly after: number }) {
  const samples: [number, number][] = [];
  for (let day = -14; day <= 9; day += 1) {
    const at = (Math.floor(begin / DAY) + day + 1) * 86_400 - PERIOD;
    samples.push([at, (at * 1000 < begin ? values.before : values.after) + Math.sin(day)]);
  }
  return { name, labels: {}, samples } satisfies PastSeries;
}
