import { controlHistory } from '../../../../src/domain/judge/control-history.ts';
import { CounterBook, instanceOf } from '../../../../src/domain/judge/counter-book.ts';
import { type Decision, decide, type Verdict } from '../../../../src/domain/judge/decision.ts';
import { observe, openJudgement } from '../../../../src/domain/judge/judgement.ts';
import type { ControlLook, SloReading } from '../../../../src/domain/judge/look.ts';
import { type Compared, forget, readMoment } from '../../../../src/domain/judge/one-moment.ts';
import { outlookOf } from '../../../../src/domain/judge/outlook.ts';
import type { JudgeSettings } from '../../../../src/domain/judge/settings.ts';
import { BAKE_SECONDS, type Day, HISTORY_SECONDS, SHARE, type SimulatedDay } from './day.ts';
import { SCRAPE_SECONDS, type SimulatedPod, series } from './pods.ts';

/** How a day ended. */
export interface DayEnd {
  readonly verdict: Verdict;
  readonly code: string;
  readonly seconds: number;
  /**
   * The smallest ratio of the first SLO that shows with the power asked for: as promised before the start, and as decided at the end of the bake,
   * whatever the verdict was. Absent where the bake was cut short or held.
   */
  readonly promised?: number;
  readonly shown?: number;
}

const STALE_SECONDS = 60;
const LOOK_SECONDS = 15;

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
  const readers = simulated.map((one) => openReader(one, day.threshold, settings.warmupSeconds));
  const history = Object.fromEntries(simulated.map((one, index) => [`slo-${index}`, historyOf(one, day.threshold)]));
  const promised = promise(day, settings, history['slo-0'] ?? []);
  let shown: number | undefined;
  const ended = (decision: Decision, seconds: number): DayEnd => ({
    verdict: decision.verdict,
    code: decision.code,
    seconds,
    ...(shown === undefined || promised === undefined ? {} : { shown, promised }),
  });
  let judgement = openJudgement(settings, history);
  const whole = (settings.warmupSeconds ?? 0) + settings.bakeSeconds;
  const end = whole + settings.extensionSeconds;
  for (let at = 5; at <= end; at += at < 60 ? 5 : 15) {
    const slos = Object.fromEntries(readers.map((read, index) => [`slo-${index}`, read(at)]));
    judgement = observe(judgement, { elapsedSeconds: at, slos });
    const decision = decide(judgement);
    if (decision.verdict === 'fail') return ended(decision, at);
    // Whatever the verdict of a bake that is over is: one that asks for the extension showed what it showed.
    if (at >= whole && at <= whole + 2 * LOOK_SECONDS && isOver(decision)) shown ??= decision.slos[0]?.smallestRatio;
    const isHeld = decision.code === 'requests-extra' || decision.code === 'latency-shifted';
    if (decision.verdict === 'pass' || isHeld) return ended(decision, at);
  }
  return ended(decide(judgement), end);
}

function isOver({ verdict }: Decision): boolean {
  return verdict !== 'continue' && verdict !== 'hold';
}

/** The smallest regression that is promised to show with these stable pods. */
export function promisedOf(day: Day, simulated: SimulatedDay): number {
  return promise(day, settingsOf(day), historyOf(simulated, day.threshold)) ?? 1;
}

/** What is promised before the start, from the control alone. */
function promise(day: Day, settings: JudgeSettings, history: readonly ControlLook[]): number | undefined {
  const [slo] = settings.slos;
  if (slo === undefined) return undefined;
  return outlookOf(settings, slo, { history, rate: day.rate, share: SHARE, canaryReplicas: 1 }).smallestRatio;
}

/** Reads a simulated day look by look: what a metrics store holds of its pods, and production's own counting. Seconds since the bake began. */
export function openReader(
  day: SimulatedDay,
  threshold: string | undefined,
  warmupSeconds = 0,
): (at: number) => SloReading {
  const books = { canary: new CounterBook(0), control: new CounterBook(0) };
  const lost = new Set(day.lost.map((instance) => instanceOf({ instance })));
  let before = -300;
  let compared: Compared | undefined;
  return (at) => {
    enterPods(books.canary, day.canary, { from: before, to: at }, threshold);
    enterPods(books.control, day.stable, { from: before, to: at }, threshold);
    before = at;
    const read = readMoment(
      books,
      {
        from: 0,
        at: at * 1000,
        staleAfter: STALE_SECONDS * 1000,
        lost,
        warmup: warmupSeconds * 1000,
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
export function historyOf(day: SimulatedDay, threshold: string | undefined): readonly ControlLook[] {
  const span = { from: -HISTORY_SECONDS, to: 0 };
  const book = new CounterBook(span.from * 1000);
  // With the last sample before the span, as a store gives it.
  enterPods(book, day.stable, { from: span.from - 2 * SCRAPE_SECONDS, to: span.to }, threshold);
  return controlHistory(book, { from: span.from * 1000, to: span.to * 1000 }, LOOK_SECONDS * 1000, threshold);
}

function enterPods(
  book: CounterBook,
  pods: readonly SimulatedPod[],
  span: { readonly from: number; readonly to: number },
  threshold: string | undefined,
): void {
  for (const pod of pods) {
    const all = series(pod, pod.total, span);
    if (all.points.length === 0) continue;
    book.enterTotal([all]);
    if (threshold === undefined) book.enterGood([series(pod, pod.good, span)], false);
    for (const [le, within] of Object.entries(pod.within)) {
      book.enterGood([series(pod, within, span, pod.edgeLabels[le])], true);
    }
  }
}
