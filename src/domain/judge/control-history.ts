import type { CounterBook } from './counter-book.ts';
import type { ControlLook } from './look.ts';
import { countsOf } from './replicas.ts';
import { eventsAt, hasTotal, lastScrape, plusAll, punctualOf, scrapedBefore, scrapeInterval } from './targets.ts';

/** Of a step, how much longer a scrape interval may be that still counts as one step: no two are of exactly the same length. */
const JITTER = 0.1;

/**
 * The control by itself at even moments up to a time: how restless its targets are, before anything is compared with them. Each target as it
 * was scraped last, at least once a step: counts between scrapes are an average of two, and would seem to scatter less than they do.
 * @param book of the control, with counting begun at `from`
 * @param every milliseconds between the moments
 */
export function controlHistory(
  book: CounterBook,
  span: { readonly from: number; readonly to: number },
  every: number,
  threshold: string | undefined,
): readonly ControlLook[] {
  const targets = book.targets().filter((target) => hasTotal(target) && target.name !== '');
  const known = targets.length > 0 ? targets : book.targets().filter(hasTotal);
  if (known.length === 0) return [];
  const looks: ControlLook[] = [];
  // No further than all have been scraped that still are: what is not known yet must not look like requests that stayed away.
  const interval = scrapeInterval(known);
  const punctual = punctualOf(known, interval, lastScrape);
  const end = Math.min(span.to, ...punctual.map(lastScrape));
  const step = Number.isFinite(interval) ? every * Math.max(1, Math.ceil(interval / every - JITTER)) : every;
  const begun = known.map((target) => {
    const from = scrapedBefore([target], span.from) ?? span.from;
    return { target, last: lastScrape(target), before: eventsAt(target, from, threshold) };
  });
  for (let moment = span.from + step; moment <= end; moment += step) {
    const replicas = begun
      .filter(({ last }) => last >= moment)
      .map(({ target, before }) => {
        const now = eventsAt(target, scrapedBefore([target], moment) ?? moment, threshold);
        return [target.name, countsOf(now.good - before.good, now.total - before.total)] as const;
      });
    looks.push({
      elapsedSeconds: (moment - span.from) / 1000,
      control: plusAll(replicas.map(([, counts]) => counts)),
      ...(targets.length > 0 ? { controlReplicas: Object.fromEntries(replicas) } : {}),
    });
  }
  return looks;
}
