import { CounterBook, instanceOf } from '../../../../src/domain/judge/counter-book.ts';
import { decide, type Verdict } from '../../../../src/domain/judge/decision.ts';
import { observe, openJudgement } from '../../../../src/domain/judge/judgement.ts';
import type { ControlLook, Counts, SloReading } from '../../../../src/domain/judge/look.ts';
import { type Compared, forget, readMoment } from '../../../../src/domain/judge/one-moment.ts';
import type { JudgeSettings } from '../../../../src/domain/judge/settings.ts';
import { BAKE_SECONDS, type Day, HISTORY_SECONDS, type SimulatedDay } from './day.ts';
import { indexAfter, type SimulatedPod, series } from './pods.ts';

/** How a day ended. */
export interface DayEnd {
  readonly verdict: Verdict;
  readonly code: string;
  readonly seconds: number;
}

const STALE_SECONDS = 60;

/** The settings of a day: the policy's and the plan's defaults but for what the row says. */
function settingsOf(day: Day): JudgeSettings {
  return {
    slos: Array.from({ length: day.slos ?? 1 }, (_, index) => ({
      name: `slo-${index}`,
      objective: day.objective ?? 0.995,
      ...(day.threshold === undefined ? {} : { kind: 'slow' as const }),
      ...(day.share === undefined ? {} : { share: day.share }),
    })),
    alpha: 0.01,
    power: 0.9,
    detectableRatio: 5,
    minimumRequests: 500,
    bakeSeconds: BAKE_SECONDS,
    extensionSeconds: BAKE_SECONDS,
    ...day.settings,
  };
}

/** Watches one simulated day as production does: the same reading of samples, the same moments of looking, the same verdicts. */
export function watchDay(day: Day, simulated: readonly SimulatedDay[]): DayEnd {
  const settings = settingsOf(day);
  const readers = simulated.map((one) => openReader(one, day.threshold));
  const history = Object.fromEntries(simulated.map((one, index) => [`slo-${index}`, historyOf(one, day.threshold)]));
  let judgement = openJudgement(settings, history);
  const end = (settings.warmupSeconds ?? 0) + 2 * BAKE_SECONDS;
  for (let at = 5; at <= end; at += at < 60 ? 5 : 15) {
    const slos = Object.fromEntries(readers.map((read, index) => [`slo-${index}`, read(at)]));
    judgement = observe(judgement, { elapsedSeconds: at, slos });
    const decision = decide(judgement);
    const isHeld = decision.code === 'requests-extra' || decision.code === 'latency-shifted';
    if (decision.verdict === 'fail' || decision.verdict === 'pass' || isHeld) {
      return { verdict: decision.verdict, code: decision.code, seconds: at };
    }
  }
  const { verdict, code } = decide(judgement);
  return { verdict, code, seconds: end };
}

function openReader(day: SimulatedDay, threshold: string | undefined): (at: number) => SloReading {
  const books = { canary: new CounterBook(0), control: new CounterBook(0) };
  const enter = (book: CounterBook, pods: readonly SimulatedPod[], span: { from: number; to: number }) => {
    for (const pod of pods) {
      const labels = { instance: pod.name };
      const all = series(pod, pod.total, span, labels);
      if (all.points.length === 0) continue;
      book.enterTotal([all]);
      if (threshold === undefined) book.enterGood([series(pod, pod.good, span, labels)], false);
      for (const [le, within] of Object.entries(pod.within)) {
        book.enterGood([series(pod, within, span, { ...labels, le })], true);
      }
    }
  };
  const lost = new Set(day.lost.map((instance) => instanceOf({ instance })));
  let before = -300;
  let compared: Compared | undefined;
  return (at) => {
    enter(books.canary, day.canary, { from: before, to: at });
    enter(books.control, day.stable, { from: before, to: at });
    before = at;
    const read = readMoment(
      books,
      {
        from: 0,
        at: at * 1000,
        staleAfter: STALE_SECONDS * 1000,
        lost,
        ...(threshold === undefined ? {} : { threshold }),
      },
      compared,
    );
    compared = read.compared;
    forget(books, read);
    return read.reading;
  };
}

/** The control before the canary, one look every 15 s. */
function historyOf(day: SimulatedDay, threshold: string | undefined): readonly ControlLook[] {
  const looks: ControlLook[] = [];
  const living = day.stable.filter((pod) => (pod.times[0] ?? 0) < -HISTORY_SECONDS);
  const begin = living.map((pod) => countsBefore(pod, -HISTORY_SECONDS, threshold));
  for (let elapsed = 15; elapsed <= HISTORY_SECONDS; elapsed += 15) {
    const replicas: Record<string, Counts> = {};
    let [bad, total] = [0, 0];
    for (const [index, pod] of living.entries()) {
      const now = countsBefore(pod, elapsed - HISTORY_SECONDS, threshold);
      const own = { bad: now.bad - (begin[index]?.bad ?? 0), total: now.total - (begin[index]?.total ?? 0) };
      replicas[pod.name] = own;
      bad += own.bad;
      total += own.total;
    }
    looks.push({ elapsedSeconds: elapsed, control: { bad, total }, controlReplicas: replicas });
  }
  return looks;
}

function countsBefore(pod: SimulatedPod, at: number, threshold: string | undefined): Counts {
  const good = threshold === undefined ? pod.good : (pod.within[threshold] ?? []);
  const index = indexAfter(pod.times, at) - 1;
  const total = pod.total[index] ?? 0;
  return { bad: total - (good[index] ?? 0), total };
}
