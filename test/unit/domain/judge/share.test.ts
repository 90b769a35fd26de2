import { describe, expect, it } from 'vitest';
import { CounterBook } from '../../../../src/domain/judge/counter-book.ts';
import { RESTARTS } from '../../../../src/domain/judge/evidence.ts';
import { readMoment } from '../../../../src/domain/judge/one-moment.ts';
import {
  type Arrivals,
  arrivalsFrom,
  NO_ARRIVALS,
  observeArrivals,
  type ShareFinding,
} from '../../../../src/domain/judge/share.ts';
import { createRandom } from '../../../bench/judge/random.ts';

const SHARE = 0.01;
const test = { expected: SHARE, sums: { arrivals: { squares: 0, expected: 0 } }, limit: -Math.log(0.005), late: 0 };

/** Counts every 15 s for so long, of a service of 1,000 requests a second whose canary counts so much of its share, all the time or from a moment on. */
function watch(counted: number, seconds: number, seed: number, from = 0): ShareFinding | undefined {
  const random = createRandom(seed);
  let arrivals = NO_ARRIVALS;
  let [at, canary, control] = [random.uniform() * 15, 0, 0];
  for (let before = 0; at < seconds; at += 15) {
    canary += random.poisson(1000 * SHARE * (at > from ? counted : 1) * (at - before));
    control += random.poisson(1000 * (1 - SHARE) * (at - before));
    before = at;
    const late = Math.floor((Math.max(0, at - 15) * RESTARTS) / 1800);
    arrivals = observeArrivals(arrivals, { seconds: at, canary, control }, { ...test, late });
  }
  return arrivals.found;
}

const found = (counted: number, seconds: number, canaries: number, from = 0) =>
  Array.from({ length: canaries }, (_, seed) => watch(counted, seconds, 9000 + seed, from)).filter(
    (one) => one !== undefined,
  );

describe('the share of the requests', () => {
  it('finds a fifth that is lost nearly as often in two minutes as a test that knows how much is lost, which finds 97%', () => {
    const lost = found(0.8, 120, 1500);
    expect(lost.length / 1500).toBeGreaterThan(0.945);
    expect(new Set(lost.map(({ direction }) => direction))).toEqual(new Set(['lost']));
  });

  it('finds small and large losses too', () => {
    expect(found(0.9, 900, 200).length).toBeGreaterThanOrEqual(198);
    expect(found(0.5, 60, 200).length).toBeGreaterThanOrEqual(198);
    expect(found(0.2, 45, 200).length).toBeGreaterThanOrEqual(198);
  });

  it('finds a loss that begins in mid-bake, and says how much is counted since', () => {
    const lost = found(0.7, 600, 200, 450);
    expect(lost.length).toBeGreaterThanOrEqual(190);
    const counted = lost.map((one) => one.counted / SHARE).sort((a, b) => a - b)[100];
    expect(counted).toBeGreaterThan(0.6);
    expect(counted).toBeLessThan(0.8);
  });

  it('takes no pods of stable that come or go for a loss', () => {
    // At 900 s ten pods of 25 end; what they had since their last scrape is not counted.
    let arrivals = NO_ARRIVALS;
    const random = createRandom(5);
    let [canary, control] = [0, 0];
    for (let at = 15; at <= 1500; at += 15) {
      canary += random.poisson(100 * 15);
      control += 9900 * 15 - (at === 915 ? 9900 * 6 : 0);
      const late = Math.floor(((at - 15) * RESTARTS) / 1800);
      const stable = at < 915 ? '25' : '15';
      arrivals = observeArrivals(arrivals, { seconds: at, canary, control, stable }, { ...test, late });
      expect(arrivals.found, `at ${at} s`).toBeUndefined();
    }
  });

  it('believes one look no loss where the load has jumped, and two in a row', () => {
    // A third of the canary's requests is missing from the counts of the twelfth look, and in those of the next or never.
    const watched = (jump: number, isGivenBack: boolean) => {
      let arrivals = NO_ARRIVALS;
      let [canary, control] = [0, 0];
      for (let look = 1; look <= 13; look += 1) {
        const load = look > 10 ? jump : 1;
        canary += 1500 * load + (look === 12 ? -500 * (8 + 2 * jump) : 0);
        if (look === 13 && isGivenBack) canary += 500 * (8 + 2 * jump);
        control += 148_500 * load;
        arrivals = observeArrivals(arrivals, { seconds: look * 15, canary, control }, test);
      }
      return arrivals.found?.direction;
    };
    expect(watched(4, true)).toBeUndefined();
    expect(watched(4, false)).toBe('lost');
    expect(watched(1, true)).toBe('lost');
  });

  it('says nothing of a share that is right or rounded', () => {
    expect(found(1, 900, 300)).toEqual([]);
    expect(found(0.985, 900, 300)).toEqual([]);
  });

  it.each([0, 1])(
    'takes no scrapes of half of stable that stayed away for a share that is wrong, of group %i',
    (group) => {
      for (const length of [30, 45, 60, 90]) {
        for (let begins = 0; begins <= 240; begins += 20) {
          expect(throughGap(group, begins, begins + length, 1), `${length} s from ${begins} s on`).toBeUndefined();
        }
      }
      expect(throughGap(group, 60, 120, 0.8)).toMatchObject({ direction: 'lost' });
      expect(throughGap(group, 60, 120, 1.35)).toMatchObject({ direction: 'extra' });
    },
  );

  it('takes no load that stops as counting begins for requests that are lost', () => {
    for (let phase = 0; phase < 15; phase += 2) {
      for (let stops = 50; stops <= 90; stops += 1) {
        expect(judged({ phase, stops }), `scraped at ${phase} s, stops at ${stops} s`).toBeUndefined();
      }
    }
  });

  it.each([
    ['restarts', true],
    ['is replaced by another', false],
  ])('does not take requests for lost that no scrape saw before the pod of the canary %s', (_what, isSamePod) => {
    // Up to 14.5 s of requests, wherever in the bake it is.
    for (const ends of [20, 29.5, 44.5, 59, 74.5, 119]) {
      expect(afterEnd(ends, isSamePod, 1), `at ${ends} s`).toBeUndefined();
      expect(afterEnd(ends, isSamePod, 0.8), `at ${ends} s`).toMatchObject({ direction: 'lost' });
    }
  });
});

/** Every other pod of stable is not scraped for a while, and the canary counts so much of its share. */
function throughGap(group: number, begins: number, ends: number, counted: number): ShareFinding | undefined {
  const isScraped = (pod: number, at: number) => pod % 2 !== group || at < begins || at >= ends;
  return judged({ isScraped, counted, phase: 3 });
}

/** Ten pods of stable with 990 requests a second each, and a canary with 100, of which it counts so many; they are counted from 75 s on. */
function judged({
  isScraped = () => true,
  counted = 1,
  phase,
  stops = Number.POSITIVE_INFINITY,
}: {
  readonly isScraped?: (pod: number, at: number) => boolean;
  readonly counted?: number;
  readonly phase: number;
  readonly stops?: number;
}): ShareFinding | undefined {
  const points = (rate: number, first: number, until: number) =>
    Array.from({ length: 40 }, (_, index) => index * 15 + first - 60)
      .filter((at) => at <= until)
      .map((at) => ({ at: at * 1000, value: rate * (Math.min(at, stops) + 60) }));
  const books = { canary: new CounterBook(0), control: new CounterBook(0) };
  let arrivals: Arrivals = NO_ARRIVALS;
  for (let at = 15; at <= 450; at += 15) {
    books.canary.enterTotal([{ labels: { pod: 'c' }, points: points(100 * counted, phase, at) }]);
    books.control.enterTotal(
      Array.from({ length: 10 }, (_, pod) => ({
        labels: { pod: `s${pod}` },
        points: points(990, 1.3 * pod, at).filter((one) => isScraped(pod, one.at / 1000)),
      })),
    );
    const { reading } = readMoment(books, { from: 0, at: at * 1000, staleAfter: 60_000 });
    if (!reading.ok || reading.arrived === undefined) continue;
    arrivals =
      at <= 75
        ? arrivalsFrom(reading.arrived, arrivals.seen)
        : observeArrivals(arrivals, reading.arrived, { ...test, late: Math.floor(((at - 75) * RESTARTS) / 1800) });
  }
  return arrivals.found;
}

/** A canary of 100 requests a second, scraped every 15 s, whose counters begin again at a moment, and that counts so much of them afterwards. */
function afterEnd(ends: number, isSamePod: boolean, counted: number): ShareFinding | undefined {
  const points = (growth: (at: number) => number, from: number, to: number) =>
    Array.from({ length: 21 }, (_, index) => index * 15)
      .filter((at) => at >= from && at <= to)
      .map((at) => ({ at: at * 1000, value: growth(at) }));
  const books = { canary: new CounterBook(0), control: new CounterBook(0) };
  books.control.enterTotal([{ labels: { pod: 's' }, points: points((at) => 9900 * at, 0, 300) }]);
  let arrivals = NO_ARRIVALS;
  let seen = 0;
  for (let at = 15; at <= 300; at += 15) {
    const before = points((moment) => 100 * moment, 0, Math.min(ends, at));
    const after = points((moment) => 100 * counted * (moment - ends), ends, at);
    books.canary.enterTotal(
      isSamePod
        ? [{ labels: { pod: 'c' }, points: [...before, ...after] }]
        : [
            { labels: { pod: 'c' }, points: before },
            { labels: { pod: 'd' }, points: after },
          ],
    );
    const { reading } = readMoment(books, { from: 0, at: at * 1000, staleAfter: 60_000 });
    const isNew = reading.ok && (reading.moment ?? 0) > seen;
    if (!isNew) continue;
    seen = reading.moment ?? 0;
    arrivals = observeArrivals(arrivals, reading.arrived, test);
  }
  return arrivals.found;
}
