import { describe, expect, it } from 'vitest';
import { controlHistory } from '../../../../src/domain/judge/control-history.ts';
import { CounterBook, instanceOf } from '../../../../src/domain/judge/counter-book.ts';
import { observe, openJudgement } from '../../../../src/domain/judge/judgement.ts';
import { type Compared, forget, readMoment } from '../../../../src/domain/judge/one-moment.ts';
import type { SampledSeries } from '../../../../src/ports/metrics.ts';
import { SETTINGS } from './looks.ts';

const FROM = 1_000_000;

/** A pod that gets `rate` requests a second, scraped at its own phase, from before counting began. */
function pod(name: string, rate: number, phase: number, until: number, born = -300, every = 15): SampledSeries {
  const points = [];
  for (let at = phase - 300; at <= until; at += every) {
    if (at >= born) points.push({ at: FROM + at * 1000, value: rate * (at - born) });
  }
  return { labels: { pod: name, instance: name }, points };
}

function books(canary: readonly SampledSeries[], control: readonly SampledSeries[], good = control) {
  const both = { canary: new CounterBook(FROM), control: new CounterBook(FROM) };
  both.canary.enterTotal(canary);
  both.canary.enterGood(canary, false);
  both.control.enterTotal(control);
  both.control.enterGood(good, false);
  return both;
}

const options = (at: number) => ({ from: FROM, at: FROM + at * 1000, staleAfter: 60_000 });

describe('one moment for both sides', () => {
  it('takes the counters at a scrape of the canary, and interpolates stable to it', () => {
    const stable = [2, 5, 8, 11, 14].map((phase) => pod(`s${phase}`, 100, phase, 60));
    const { reading } = readMoment(books([pod('c', 10, 4, 60, 0)], stable), options(60));
    if (!reading.ok) throw new Error(reading.detail);
    // Stable pods were last scraped at 47 to 59 s, the canary at 49 and before at 34: only at 34 s all five have passed it.
    expect(reading.moment).toBe(34);
    expect(reading.canary).toEqual({ bad: 0, total: 340 });
    expect(reading.control.total).toBeCloseTo(5 * 3400, 6);
  });

  it('leaves out a lost target and names it, and does not wait for it', () => {
    const stable = Array.from({ length: 10 }, (_, index) => pod(`s${index}`, 100, index, index === 0 ? 5 : 75));
    const lost = new Set([instanceOf({ instance: 's0' })]);
    const { reading } = readMoment(books([pod('c', 10, 0, 75, 0)], stable), { ...options(75), lost });
    expect(reading).toMatchObject({ ok: true, lost: ['s0'], moment: 60 });
  });

  it('counts no requests twice where a pod of stable ended and another took its place', () => {
    // At 60 s a fifth of stable is replaced: each scrape interval has 5,000 requests of stable a second in ten.
    const staying = Array.from({ length: 4 }, (_, index) => pod(`s${index}`, 100, index * 3, 150));
    const ended = pod('ended', 100, 8, 60);
    const replacement = pod('new', 100, 13, 150, 60);
    const both = books([pod('c', 10, 0, 150, 0)], [...staying, ended, replacement]);
    for (const at of [75, 90, 105, 120, 135, 150]) {
      const { reading } = readMoment(both, options(at));
      if (!reading.ok || reading.arrived === undefined) continue;
      const { seconds, control } = reading.arrived;
      // At most half an interval of one pod of five, 1.5 s, is not known.
      expect(Math.abs(control / 500 - seconds), `at ${at} s`).toBeLessThan(2);
    }
  });

  it('keeps what a pod of the canary answers in a warm-up of its own apart, also when its samples are forgotten', () => {
    const stable = Array.from({ length: 5 }, (_, index) => pod(`s${index}`, 100, index, 600));
    const both = books([pod('c', 10, 0, 200, 0), pod('c-new', 10, 0, 600, 210)], stable);
    let compared: Compared | undefined;
    let [before, passed] = [0, 0];
    for (let at = 15; at <= 600; at += 15) {
      const moment = readMoment(both, { ...options(at), warmup: 120_000 }, compared);
      compared = moment.compared;
      const { reading } = moment;
      if (!reading.ok) continue;
      forget(both, moment);
      expect(reading.canary.total, `at ${at} s`).toBeGreaterThanOrEqual(before);
      before = reading.canary.total;
      const after = (reading.moment ?? 0) - 330;
      if (after <= 0) continue;
      // 195 s of the first pod, the 120 s of the second from its first scrape at 210 s on, and what came after.
      expect(reading.warming).toEqual({ bad: 0, total: 1200 });
      expect(reading.canary.total, `at ${at} s`).toBeCloseTo(1950 + 10 * after, 6);
      passed += 1;
    }
    expect(passed).toBeGreaterThan(10);
  });

  it('counts pods of the canary that come with the first as the first', () => {
    const stable = Array.from({ length: 5 }, (_, index) => pod(`s${index}`, 100, index, 60));
    const both = books([pod('c', 10, 0, 60, 0), pod('c-2', 10, 14, 60, 10)], stable);
    expect(readMoment(both, { ...options(60), warmup: 120_000 }).reading).not.toHaveProperty('warming');
  });

  it('counts a pod of the canary as one of the first at every look, also where all miss a scrape', () => {
    const missing = (one: SampledSeries) => ({
      ...one,
      points: one.points.filter(({ at }) => at < FROM + 100_000 || at > FROM + 114_000),
    });
    const stable = Array.from({ length: 5 }, (_, index) => missing(pod(`s${index}`, 100, index, 300)));
    const both = books([missing(pod('c', 10, 0, 300, 0)), missing(pod('c-2', 10, 5, 300, 50))], stable);
    const isLate = Array.from({ length: 15 }, (_, look) =>
      readMoment(both, { ...options(60 + 15 * look), warmup: 120_000 }),
    ).flatMap(({ reading }) => (reading.ok ? ['warming' in reading] : []));
    expect(isLate.length).toBeGreaterThan(10);
    expect(new Set(isLate)).toEqual(new Set([false]));
  });

  it('has no data when the canary is lost, or more than a fifth of stable', () => {
    const stable = Array.from({ length: 4 }, (_, index) => pod(`s${index}`, 100, index, index === 0 ? 5 : 120));
    const lost = new Set([instanceOf({ instance: 's0' })]);
    const gone = readMoment(books([pod('c', 10, 0, 120, 0)], stable), { ...options(120), lost });
    expect(gone.reading).toMatchObject({ ok: false, detail: 'stable: 1 target cannot be reached (s0)' });
    const silent = readMoment(books([pod('c', 10, 0, 30, 0)], stable), options(120));
    expect(silent.reading).toMatchObject({ ok: false, detail: 'canary: not sampled for 1 min' });
  });

  it('does not wait for the pod of a canary before this one, which ended before counting began', () => {
    const stable = Array.from({ length: 5 }, (_, index) => pod(`s${index}`, 100, index, 45));
    const ended = pod('c-before', 10, 0, -10);
    const { reading } = readMoment(books([ended, pod('c', 10, 0, 45, 0)], stable), options(45));
    expect(reading).toMatchObject({ ok: true, moment: 30, canary: { bad: 0, total: 300 }, canaryReplicas: 1 });
  });

  it('goes back to no earlier moment where stable is scraped again, pod by pod, after a while', () => {
    for (const first of [0, 5, 10]) {
      const all = (until: number) =>
        Array.from({ length: 25 }, (_, index) => {
          const one = pod(`s${index}`, 100, (first + 0.6 * index) % 15, until, -300, index < 20 ? 15 : 45);
          return { ...one, points: one.points.filter(({ at }) => at < FROM + 72_000 || at >= FROM + 105_000) };
        });
      const both = { canary: new CounterBook(FROM), control: new CounterBook(FROM) };
      let compared: Compared | undefined;
      let last = 0;
      for (let at = 15; at <= 150; at += 1) {
        const canary = [pod('c', 10, 3.8, at, 0)];
        both.canary.enterTotal(canary);
        both.canary.enterGood(canary, false);
        both.control.enterTotal(all(at));
        both.control.enterGood(all(at), false);
        const moment = readMoment(both, options(at), compared);
        compared = moment.compared;
        if (!moment.reading.ok) continue;
        expect(moment.reading.canary.total, `scraped from ${first} s on, at ${at} s`).toBeGreaterThanOrEqual(last);
        last = moment.reading.canary.total;
      }
      expect(last).toBeGreaterThan(1200);
    }
  });

  it('waits for a series that is stored later than the others of its target', () => {
    const stable = Array.from({ length: 5 }, (_, index) => pod(`s${index}`, 100, index, 95));
    const canary = pod('c', 10, 0, 90, 0);
    const good = { ...canary, points: canary.points.filter(({ at }) => at < FROM + 90_000) };
    const both = { ...books([], stable), canary: new CounterBook(FROM) };
    both.canary.enterTotal([canary]);
    both.canary.enterGood([good], false);
    const { reading } = readMoment(both, options(95));
    expect(reading).toMatchObject({ ok: true, moment: 75, canary: { bad: 0, total: 750 } });
  });

  it('takes no rounding for a counter that went back, where pods of the canary are scraped at moments of their own', () => {
    const settings = { ...SETTINGS, slos: [{ name: 'api', objective: 0.995 }] };
    const stable = Array.from({ length: 5 }, (_, index) => pod(`s${index}`, 100, index, 900));
    const canary = [pod('c', 10, 4.321, 900, 0), pod('d', 10, 9.877, 900, 0)];
    const bad = (series: SampledSeries): SampledSeries => ({
      ...series,
      points: series.points.map(({ at, value }) => ({ at, value: Math.max(0, value - Math.min(3, value / 100)) })),
    });
    const both = books(canary, stable);
    both.canary = new CounterBook(FROM);
    both.canary.enterTotal(canary);
    both.canary.enterGood(canary.map(bad), false);
    let judgement = openJudgement(settings);
    let compared: Compared | undefined;
    for (let at = 30; at <= 900; at += 15) {
      const moment = readMoment(both, options(at), compared);
      compared = moment.compared;
      judgement = observe(judgement, { elapsedSeconds: at, slos: { api: moment.reading } });
      expect(judgement.slos[0]?.noData, `at ${at} s`).toBeUndefined();
    }
  });

  it.each([5, 15, 30, 60])('counts what arrived only where all of it is known, scraped every %i s', (every) => {
    const stable = Array.from({ length: 20 }, (_, index) =>
      pod(`s${index}`, 100, (every * index) / 20, 240, -300, every),
    );
    const until = (series: SampledSeries, at: number) => ({
      ...series,
      points: series.points.filter((point) => point.at <= FROM + at * 1000),
    });
    let looks = 0;
    for (let at = 5; at <= 240; at += 5) {
      const seen = stable.map((one) => until(one, at));
      const { reading } = readMoment(books([until(pod('c', 10, every / 3, 240, 0, every), at)], seen), options(at));
      if (!reading.ok || reading.arrived === undefined) continue;
      looks += 1;
      expect(reading.arrived.canary).toBeCloseTo(10 * reading.arrived.seconds, 6);
      expect(reading.arrived.control).toBeCloseTo(2000 * reading.arrived.seconds, 6);
    }
    expect(looks).toBeGreaterThan(30);
  });

  it('never goes back when targets come late, and never counts a stretch twice', () => {
    const whole = Array.from({ length: 6 }, (_, index) => pod(`s${index}`, 100, index * 2, 300));
    let before: Compared | undefined;
    let last = 0;
    for (let at = 20; at <= 300; at += 5) {
      const until = FROM + at * 1000;
      const seen = whole.map((one, index) => ({
        ...one,
        // Every other target is a scrape late.
        points: one.points.filter((point) => point.at <= until - (index % 2) * 15_000),
      }));
      const canary = pod('c', 10, 3, at, 0);
      const read = readMoment(books([canary], seen), options(at), before);
      before = read.compared;
      if (!read.reading.ok) continue;
      expect(read.reading.control.total).toBeGreaterThanOrEqual(last);
      expect(read.reading.control.total).toBeLessThanOrEqual(600 * at);
      last = read.reading.control.total;
    }
    expect(last).toBeGreaterThan(600 * 200 * 0.5);
  });

  it('counts a first error from the scrape before it, and no good event twice', () => {
    const total = pod('c', 10, 0, 60, 0);
    const errors: SampledSeries = {
      labels: { pod: 'c', instance: 'c', code: '500' },
      points: [{ at: FROM + 30_000, value: 4 }],
    };
    const both = { canary: new CounterBook(FROM), control: new CounterBook(FROM) };
    both.canary.enterTotal([total, errors]);
    both.canary.enterGood([total], false);
    both.control.enterTotal([pod('s', 100, 0, 60)]);
    both.control.enterGood([pod('s', 100, 0, 60)], false);
    const { reading } = readMoment(both, options(60));
    expect(reading).toMatchObject({ ok: true, canary: { bad: 4, total: 604 } });
  });
});

describe('the control before the canary', () => {
  const history = (pods: readonly SampledSeries[], every = 15) => {
    const book = new CounterBook(FROM - 120_000);
    book.enterTotal(pods);
    book.enterGood(pods, false);
    return controlHistory(book, { from: FROM - 120_000, to: FROM }, every * 1000, undefined);
  };

  it('goes no further than all targets were scraped: what is not known yet is not taken for a lull', () => {
    const looks = history([2, 5, 8, 11, 14].map((phase) => pod(`s${phase}`, 100, phase, 0)));
    expect(looks.at(-1)?.elapsedSeconds).toBe(105);
    for (const [index, look] of looks.entries()) {
      expect(Object.values(look.controlReplicas ?? {}).map(({ total }) => total)).toEqual(
        Array.from({ length: 5 }, () => 1500 * (index + 1)),
      );
    }
  });

  it('has a scrape of each target in each look, however seldom they are', () => {
    const seldom = [0, 10, 20].map((phase) => {
      const all = pod(`s${phase}`, 100, phase, 0);
      return { ...all, points: all.points.filter((_, index) => index % 2 === 0) };
    });
    const looks = history(seldom);
    expect(looks.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([30, 60, 90]);
    expect(looks.map(({ control }) => control.total)).toEqual([9000, 18_000, 27_000]);
  });

  it('knows a target that has gone up to its last scrape, and the others further', () => {
    const looks = history([pod('s0', 100, 0, -60), pod('s1', 100, 1, 0)]);
    expect(Object.keys(looks.at(-1)?.controlReplicas ?? {})).toEqual(['s1']);
    expect(looks.filter((look) => 's0' in (look.controlReplicas ?? {}))).toHaveLength(4);
  });
});
