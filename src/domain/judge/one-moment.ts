import { formatSpan } from '../../text/figures.ts';
import { plural } from '../../text/plural.ts';
import { arrivedBy } from './arrived.ts';
import type { CounterBook } from './counter-book.ts';
import { edgesOf } from './edges-at.ts';
import { judgedAt, latePods, warmingAt } from './late-pods.ts';
import { type Counts, NO_COUNTS, type SloReading } from './look.ts';
import {
  countsAt,
  hasTotal,
  LATE,
  lastScrape,
  plusAll,
  punctualOf,
  scrapedBefore,
  scrapeInterval,
  type Target,
} from './targets.ts';

/** Both sides of an SLO's counters. */
export interface Books {
  readonly canary: CounterBook;
  readonly control: CounterBook;
}

/** How a reading is made. */
export interface MomentOptions {
  /** When counting began and when it is looked, milliseconds since the epoch. */
  readonly from: number;
  readonly at: number;
  /** Milliseconds after which a target that was not sampled has gone. */
  readonly staleAfter: number;
  /** The threshold of a latency SLO, as the histogram spells it; absent for other SLOs. */
  readonly threshold?: string;
  /** Targets that are still to be scraped and cannot be, as `instanceOf` names them. */
  readonly lost?: ReadonlySet<string>;
  /** Milliseconds that a pod of the canary warms up which comes later than the first. */
  readonly warmup?: number;
}

/** Of the control's targets, the share that may be lost before there is no control to speak of. */
const MOST_LOST = 0.2;
/** Targets of the control that a stretch is compared with at least, where there are so many. */
const FEWEST = 5;
/** Milliseconds for which samples are kept that a late target may need. */
const LONGEST_WAIT = 120_000;

/** What of the control has been compared so far, and up to when; plain data, handed from look to look. */
export interface Compared {
  /** Milliseconds since the epoch. */
  readonly moment: number;
  /** Counts of each target of the control over the stretches in which it was compared. */
  readonly control: Readonly<Record<string, Counts>>;
}

/** A reading, and what the next one goes on from. */
export interface MomentReading {
  readonly reading: SloReading;
  readonly compared: Compared;
}

/**
 * Counts of canary and control at one and the same moment: a scrape of the canary, to which the control's counters are interpolated.
 * Targets are scraped one after another, so counters "as of now" are up to a scrape interval apart, and a short incident that
 * both sides share would be seen on one side first.
 *
 * The moment is the canary's last scrape that half of the control's targets (and at least {@link FEWEST}) have passed; each stretch from
 * moment to moment is compared with those that have. Which targets these are is known before anything is counted, so the
 * comparison stays fair. The other edges wait for the whole control; for its share of the requests, what is not scraped yet is estimated.
 *
 * A target of the control that is late or lost is left out and named: one dead node does not blind the judge. A lost
 * canary, or more than a fifth of the control, is no data.
 * @param before what was compared at the look before
 */
export function readMoment(books: Books, options: MomentOptions, before?: Compared): MomentReading {
  const { from, at, staleAfter, threshold, warmup = 0 } = options;
  const compared = before ?? { moment: from, control: {} };
  const none = (detail: string): MomentReading => ({ reading: { ok: false, detail }, compared });
  const canaries = books.canary.targets().filter(hasTotal);
  const controls = books.control.targets().filter(hasTotal);
  // Looked up once for each target: every step below asks for it.
  const last = new Map([...canaries, ...controls].map((target) => [target, lastScrape(target)]));
  const lastOf = (target: Target) => last.get(target) ?? Number.NEGATIVE_INFINITY;
  const isLiving = (target: Target) => lastOf(target) >= at - staleAfter;
  const canary = withoutEnded(canaries.filter(isLiving), from);
  if (canaries.length === 0) return none('canary: no series');
  if (canary.length === 0) return none(`canary: not sampled for ${formatSpan(staleAfter)}`);
  const living = controls.filter(isLiving);
  if (living.length === 0) return none('stable: no series, or none that is sampled any more');
  const interval = scrapeInterval([...canary, ...living]);
  const punctual = punctualOf(living, interval, lastOf);
  const isPunctual = new Set(punctual);
  const lost = controls.filter((target) => options.lost?.has(target.instance) === true && !isPunctual.has(target));
  if (lost.length > MOST_LOST * (punctual.length + lost.length)) {
    const names = lost.map((target) => target.name).join(', ');
    return none(`stable: ${plural(lost.length, 'target')} cannot be reached (${names})`);
  }
  const seen = Math.min(at, ...canary.map(lastOf));
  const passed = punctual.map(lastOf).sort((a, b) => b - a);
  const known = scrapedBefore(canary, Math.min(seen, passedBy(passed, quorum(punctual.length))));
  if (known === undefined || known <= from) return none('canary: not sampled yet since it gets requests');
  // Where targets come back one after another, those that have passed a moment may be fewer than they were; it is not left for an earlier one.
  const moment = Math.max(known, compared.moment);
  const control = new Map(Object.entries(compared.control));
  for (const target of punctual) {
    if (moment <= compared.moment || lastOf(target) < moment) continue;
    const now = countsAt(target, moment, threshold);
    const then = countsAt(target, compared.moment, threshold);
    const grew = { bad: Math.max(0, now.bad - then.bad), total: now.total - then.total };
    control.set(target.name, plusAll([control.get(target.name) ?? NO_COUNTS, grew]));
  }
  const whole = scrapedBefore(canary, Math.min(seen, passedBy(passed, punctual.length))) ?? from;
  const late = latePods(canaries, { from, warmup, staleAfter });
  const own = plusAll(canaries.map((target) => judgedAt(target, moment, late.get(target), threshold)));
  const warming = [...late].map(([target, until]) => warmingAt(target, moment, until, threshold));
  const byTarget = Object.fromEntries(control);
  // A target that was not scraped yet since counting began would seem to have had no requests.
  const isKnown = punctual.every((target) => lastOf(target) > from);
  const reading: SloReading = {
    ok: true,
    moment: (moment - from) / 1000,
    canary: own,
    control: plusAll([...control.values()]),
    ...(warming.length === 0 ? {} : { warming: plusAll(warming) }),
    ...(punctual.some((target) => target.name !== '') ? { controlReplicas: byTarget } : {}),
    canaryReplicas: canary.length,
    ...(lost.length === 0 ? {} : { lost: lost.map((target) => target.name) }),
    ...(lost.length > 0 || !isKnown
      ? {}
      : {
          arrived: arrivedBy(canaries, controls, {
            moment,
            from,
            lastOf,
            isLiving,
            interval,
            punctual: punctual.length,
          }),
        }),
    ...(threshold === undefined || whole <= from
      ? {}
      : edgesOf({ canaries, late, controls: punctual, moment: whole, threshold })),
  };
  return { reading, compared: { moment: Math.max(moment, compared.moment), control: byTarget } };
}

/**
 * Whether a reading can be of a later moment than what was compared before, by what is known of the canary. A canary that is not sampled any more
 * counts as new, because that has to be told.
 */
export function isNewMoment(
  canary: CounterBook,
  { from, at, staleAfter }: Pick<MomentOptions, 'from' | 'at' | 'staleAfter'>,
  before: Compared | undefined,
): boolean {
  const living = canary.targets().filter((target) => hasTotal(target) && lastScrape(target) >= at - staleAfter);
  const known = withoutEnded(living, from);
  if (before === undefined || known.length === 0) return true;
  const moment = scrapedBefore(known, Math.min(at, ...known.map(lastScrape)));
  return moment === undefined || moment > before.moment;
}

/** Without the pods of a canary before this one, which were scraped a moment ago and ended before counting began. */
function withoutEnded(canary: readonly Target[], from: number): readonly Target[] {
  const newest = Math.max(...canary.map(lastScrape));
  const since = newest - LATE * scrapeInterval(canary);
  return canary.filter((target) => lastScrape(target) > from || lastScrape(target) >= since);
}

/** Drops the samples that no later reading needs. */
export function forget(books: Books, { compared, reading }: MomentReading): void {
  if (!reading.ok) return;
  const until = compared.moment - LONGEST_WAIT;
  books.canary.forgetBefore(until);
  books.control.forgetBefore(until);
}

/** How many targets of the control are enough to compare a stretch with. */
function quorum(targets: number): number {
  return Math.max(Math.ceil(targets / 2), Math.min(targets, FEWEST));
}

/** The latest moment that so many targets have been scraped at or after, of their last scrapes, the latest first. */
function passedBy(last: readonly number[], wanted: number): number {
  return last[Math.min(wanted, last.length) - 1] ?? Number.NEGATIVE_INFINITY;
}
