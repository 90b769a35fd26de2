import { canaryLook } from '../../domain/judge/canary-look.ts';
import { bakeLength, type Decision, decide } from '../../domain/judge/decision.ts';
import { type Judgement, observe, openJudgement } from '../../domain/judge/judgement.ts';
import type { JudgeSettings } from '../../domain/judge/settings.ts';
import { wholeBake } from '../../domain/outcome/bake-length.ts';
import type { Slo } from '../../plan/spec.ts';
import { chooseOnInterrupt } from '../cluster/interrupted.ts';
import { keepLock } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';
import type { SidesOf } from '../slo/sides.ts';
import { openPods } from './pods.ts';
import { openReadings, type Readings } from './readings.ts';
import { SeenSeries } from './seen-series.ts';

/** Looks that a resumed run takes at the time before it, at the most. */
const REPLAYED_LOOKS = 60;

/** What is watched, and for how long. */
export interface Watch {
  readonly slos: readonly Slo[];
  readonly sides: SidesOf;
  readonly settings: JudgeSettings;
  /** When it began, milliseconds since the epoch; a resumed run goes on from there. */
  readonly began: number;
  /** Milliseconds between looks. */
  readonly look: number;
  /** What is told when the time is over without a verdict and is extended, once. */
  readonly onExtension: (decision: Decision) => void;
  /** Is done before each look; what it throws ends the watch. */
  readonly beforeLook?: () => Promise<void>;
}

/** How a watch ended, with everything that was seen. */
export interface Watched {
  readonly decision: Decision;
  readonly seen: SeenSeries;
}

/**
 * Looks again and again until the judge has decided. A resumed run reads what it missed from the metrics store.
 * @throws RelctlError `canary.aborted`, `pending.person`, `cluster.fenced-off`
 */
export async function watch(run: Run, asked: Watch): Promise<Watched> {
  const { slos, sides, settings, began, look, onExtension, beforeLook } = asked;
  const { context } = run;
  const readings = openReadings(run, {
    slos,
    sides,
    began,
    every: look,
    warmup: (settings.warmupSeconds ?? 0) * 1000,
  });
  const known = await open(settings, readings);
  const { seen } = known;
  const pods = openPods(run, look);
  const take = async (at: number): Promise<Decision> => {
    const [counts, podsFailing] = await Promise.all([readings.look(at), pods(at)]);
    const reading = podsFailing === undefined ? counts : { ...counts, podsFailing };
    seen.add(reading);
    known.judgement = observe(known.judgement, reading);
    return decide(known.judgement);
  };

  for (const at of missedLooks(began, context.clock.now(), look)) {
    const early = await take(at);
    if (early.verdict === 'fail') return { decision: early, seen };
  }
  let extended = false;
  for (;;) {
    await context.clock.sleep(
      nextLook(began, context.clock.now(), look) - context.clock.now(),
      context.interruption.signal,
    );
    await chooseOnInterrupt(run);
    for (const lock of run.locks.values()) await keepLock(context, lock);
    await beforeLook?.();
    const decision = await take(context.clock.now());
    const baking = bakeLength(known.judgement);
    const extension = { ...baking, extensionSeconds: settings.extensionSeconds };
    const longest = wholeBake(extension);
    context.sink.emit({ type: 'canary.look', ...canaryLook(decision, extended ? extension : baking) });
    if (decision.verdict === 'continue' || decision.verdict === 'hold') continue;
    // In the extension the first look that passes decides: there is nothing more to wait for.
    if (
      decision.verdict === 'inconclusive' &&
      decision.elapsedSeconds < longest &&
      decision.code !== 'both-break-objective'
    ) {
      if (!extended) onExtension(decision);
      extended = true;
      continue;
    }
    return { decision, seen };
  }
}

/** How often is looked at first, when a plain failure is cheapest to stop, and for how long: looking more often costs no chance of a false alarm. */
const EARLY_LOOK = 5000;
const EARLY = 60_000;

/** The next moment to look at, after `now`. */
function nextLook(began: number, now: number, look: number): number {
  const every = now - began < EARLY ? Math.min(look, EARLY_LOOK) : look;
  return began + (Math.floor((now - began) / every) + 1) * every;
}

/** Moments before `now` at which a resumed run looks back, evenly spread. */
function missedLooks(began: number, now: number, look: number): readonly number[] {
  const missed = Math.floor((now - began) / look);
  const stride = Math.max(1, Math.ceil(missed / REPLAYED_LOOKS));
  return Array.from({ length: Math.floor(missed / stride) }, (_, index) => began + (index + 1) * stride * look);
}

/** What is known so far, and what was seen of it. */
interface Known {
  judgement: Judgement;
  readonly seen: SeenSeries;
}

/** What is known before the first look; the control before the canary is not held as objects from here on. */
async function open(settings: JudgeSettings, readings: Readings): Promise<Known> {
  const history = await readings.history();
  return { judgement: openJudgement(settings, history), seen: new SeenSeries(settings, history) };
}
