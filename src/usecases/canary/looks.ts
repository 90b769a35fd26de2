import { canaryLook } from '../../domain/judge/canary-look.ts';
import { type Decision, decide } from '../../domain/judge/decision.ts';
import { type Judgement, observe, openJudgement } from '../../domain/judge/judgement.ts';
import type { ControlLook, Look } from '../../domain/judge/look.ts';
import type { JudgeSettings } from '../../domain/judge/settings.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { chooseOnInterrupt } from '../cluster/interrupted.ts';
import { keepLock } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';
import { readHistory, readLook } from './readings.ts';
import type { Sides } from './sides.ts';

/** Looks that a resumed run takes at the time before it, at the most. */
const REPLAYED_LOOKS = 60;

/** What is watched, and for how long. */
export interface Watch {
  readonly slos: readonly Slo[];
  readonly sides: Sides;
  readonly settings: JudgeSettings;
  /** When it began, milliseconds since the epoch; a resumed run goes on from there. */
  readonly began: number;
  /** Milliseconds between looks. */
  readonly look: number;
  /** What is told when the time is over without a verdict and is extended, once. */
  readonly onExtension: (decision: Decision) => void;
}

/** How a watch ended, with everything that was seen. */
export interface Watched {
  readonly decision: Decision;
  readonly settings: JudgeSettings;
  /** The control before the canary started, by SLO. */
  readonly history: Readonly<Record<string, readonly ControlLook[]>>;
  readonly looks: readonly Look[];
}

/**
 * Looks again and again until the judge has decided. A resumed run reads what it missed from the metrics store.
 * @throws RelctlError `canary.aborted`, `pending.person`, `cluster.fenced-off`
 */
export async function watch(run: Run, { slos, sides, settings, began, look, onExtension }: Watch): Promise<Watched> {
  const { context } = run;
  const looks: Look[] = [];
  const history = await readHistory(run, slos, sides, began);
  let judgement: Judgement = openJudgement(settings, history);
  let bakeSeconds = settings.bakeSeconds;
  const take = async (at: number): Promise<Decision> => {
    const reading = await readLook(run, slos, sides, began, at);
    looks.push(reading);
    judgement = observe(judgement, reading);
    return decide(judgement, bakeSeconds);
  };

  for (const at of missedLooks(began, context.clock.now(), look)) {
    const early = await take(at);
    if (early.verdict === 'fail') return { decision: early, settings, history, looks };
  }
  for (;;) {
    const next = began + (Math.floor((context.clock.now() - began) / look) + 1) * look;
    await context.clock.sleep(next - context.clock.now(), context.interruption.signal);
    await chooseOnInterrupt(run);
    for (const lock of run.locks.values()) await keepLock(context, lock);
    const decision = await take(context.clock.now());
    context.sink.emit({ type: 'canary.look', ...canaryLook(decision, bakeSeconds) });
    if (decision.verdict === 'continue') continue;
    if (decision.verdict === 'inconclusive' && bakeSeconds === settings.bakeSeconds && settings.extensionSeconds > 0) {
      bakeSeconds += settings.extensionSeconds;
      onExtension(decision);
      continue;
    }
    return { decision, settings, history, looks };
  }
}

/** Moments before `now` at which a resumed run looks back, evenly spread. */
function missedLooks(began: number, now: number, look: number): readonly number[] {
  const missed = Math.floor((now - began) / look);
  const stride = Math.max(1, Math.ceil(missed / REPLAYED_LOOKS));
  return Array.from({ length: Math.floor(missed / stride) }, (_, index) => began + (index + 1) * stride * look);
}

/** Keeps everything that was seen beside the plan: whoever folds it again gets the same verdict. */
export function keepSeries(run: Run, name: string, { decision, settings, history, looks }: Watched): Promise<Evidence> {
  const { verdict, code } = decision;
  const series = { attempt: run.attempt, verdict, code, settings, history, looks };
  return run.context.store.keep(
    run.release.journal.plan.id,
    `${name}-${run.attempt}.json`,
    `${JSON.stringify(series, (_key, value) => (typeof value === 'number' ? Number(value.toFixed(4)) : value))}\n`,
  );
}
