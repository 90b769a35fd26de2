import { type Dispersion, dispersionFactor, dispersionOf } from './dispersion.ts';
import { addDispersion, type DispersionSums, dispersionOfHistory } from './dispersion-sums.ts';
import {
  comparisonSteps,
  EMPTY_TRAIL,
  extendTrail,
  logEvidence,
  objectiveSteps,
  RESTARTS,
  restartTrail,
  type Trail,
} from './evidence.ts';
import {
  badRatio,
  type ControlLook,
  type Counts,
  countFault,
  growth,
  type Look,
  NO_COUNTS,
  type SloReading,
} from './look.ts';
import { DEFAULT_NOISE, type JudgeSettings, type Limits, limitsOf, type SloSettings } from './settings.ts';

/**
 * What the judge knows after some looks: a fold over them, plain data, and the same for the same looks. A process that
 * resumes folds the recorded looks again.
 */
export interface Judgement {
  readonly settings: JudgeSettings;
  readonly elapsedSeconds: number;
  readonly looks: number;
  readonly slos: readonly SloJudgement[];
}

/** What the judge knows of one SLO. */
export interface SloJudgement {
  readonly slo: SloSettings;
  readonly limits: Limits;
  /** The last trustworthy counts. */
  readonly canary: Counts;
  readonly control: Counts;
  readonly canaryReplicas: number;
  /** Evidence as natural logarithms, against {@link limits}. */
  readonly comparisonEvidence: number;
  readonly objectiveEvidence: number;
  readonly dispersion: Dispersion;
  /** The first limit that was passed. It stays: evidence that was enough once is enough. */
  readonly crossed?: Crossing;
  /** Why there was nothing to judge at the last look. */
  readonly noData?: string;
  readonly comparison: Trail;
  readonly objective: Trail;
  readonly sums: DispersionSums;
  /** Seconds of the last look that had data. */
  readonly seenSeconds: number;
}

/** When and by which test a canary was condemned. */
export interface Crossing {
  readonly test: 'comparison' | 'objective';
  readonly elapsedSeconds: number;
  readonly evidence: number;
}

const BEFORE_THE_FIRST_LOOK = 'nothing has been measured yet';

/**
 * A judgement before the first look.
 *
 * @param history looks at the control alone before the canary started, by SLO name; with it clumps and restless replicas
 * are known from the first look on. Optional: without it the noise floor stands in.
 */
export function openJudgement(
  settings: JudgeSettings,
  history: Readonly<Record<string, readonly ControlLook[]>> = {},
): Judgement {
  return {
    settings,
    elapsedSeconds: 0,
    looks: 0,
    slos: settings.slos.map((slo) => ({
      slo,
      limits: limitsOf(settings, slo),
      canary: NO_COUNTS,
      control: NO_COUNTS,
      canaryReplicas: 1,
      comparisonEvidence: 0,
      objectiveEvidence: 0,
      dispersion: { factor: 1, clumping: 1, wandering: 0, replicas: 0 },
      noData: BEFORE_THE_FIRST_LOOK,
      comparison: EMPTY_TRAIL,
      objective: EMPTY_TRAIL,
      sums: dispersionOfHistory(Object.hasOwn(history, slo.name) ? (history[slo.name] ?? []) : []),
      seenSeconds: 0,
    })),
  };
}

/** Adds a look. One that is older than the last is ignored. */
export function observe(judgement: Judgement, look: Look): Judgement {
  if (!(look.elapsedSeconds >= judgement.elapsedSeconds)) return judgement;
  return {
    settings: judgement.settings,
    elapsedSeconds: look.elapsedSeconds,
    looks: judgement.looks + 1,
    slos: judgement.slos.map((state) => observeSlo(state, judgement.settings, look)),
  };
}

/** The judgement after these looks, in their order; `history` as for {@link openJudgement}. */
export function judgementOf(
  settings: JudgeSettings,
  looks: Iterable<Look>,
  history: Readonly<Record<string, readonly ControlLook[]>> = {},
): Judgement {
  let judgement = openJudgement(settings, history);
  for (const look of looks) judgement = observe(judgement, look);
  return judgement;
}

function observeSlo(state: SloJudgement, settings: JudgeSettings, look: Look): SloJudgement {
  const reading = Object.hasOwn(look.slos, state.slo.name) ? look.slos[state.slo.name] : undefined;
  const noData = whyNoData(reading, state);
  if (reading?.ok !== true || noData !== undefined) return { ...state, noData: noData ?? 'it was not measured' };
  const { noData: _recovered, ...known } = state;
  const { canary, control } = reading;
  const canaryReplicas = reading.canaryReplicas ?? 1;
  const increment = {
    canary: growth(canary, known.canary),
    control: growth(control, known.control),
    seconds: look.elapsedSeconds - known.seenSeconds,
  };
  const due = restartsDue(settings, known.seenSeconds);
  const comparison = extendTrail(restartTrail(known.comparison, due), comparisonSteps(increment));
  const objective = extendTrail(
    restartTrail(known.objective, due),
    objectiveSteps(increment.canary, Math.max(1 - known.slo.objective, SMALLEST_BUDGET)),
  );
  const sums = addDispersion(known.sums, increment, reading.controlReplicas);
  const dispersion = dispersionOf(
    known.sums,
    { canaryExpected: sums.canaryExpected, elapsedSeconds: look.elapsedSeconds, canaryReplicas },
    settings.noise ?? DEFAULT_NOISE,
  );
  const comparisonEvidence = logEvidence(comparison, dispersion.factor);
  const allowed = canary.total * (1 - known.slo.objective);
  const objectiveEvidence = logEvidence(objective, dispersionFactor(dispersion, allowed, canaryReplicas));
  const crossed = known.crossed ?? crossing(known.limits, comparisonEvidence, objectiveEvidence, look.elapsedSeconds);
  return {
    ...known,
    canary,
    control,
    canaryReplicas,
    comparisonEvidence,
    objectiveEvidence,
    dispersion,
    comparison,
    objective,
    sums,
    seenSeconds: look.elapsedSeconds,
    ...(crossed === undefined ? {} : { crossed }),
  };
}

/** An objective of 100% leaves no budget; one in a thousand million keeps the logarithms finite. */
const SMALLEST_BUDGET = 1e-9;

function restartsDue(settings: JudgeSettings, elapsedSeconds: number): number {
  const horizon = Math.max(settings.bakeSeconds + settings.extensionSeconds, 1);
  return Math.floor((elapsedSeconds * RESTARTS) / horizon);
}

function whyNoData(reading: SloReading | undefined, state: SloJudgement): string | undefined {
  if (reading === undefined) return 'it was not measured';
  if (!reading.ok) return reading.detail;
  return countFault('canary', reading.canary, state.canary) ?? countFault('control', reading.control, state.control);
}

function crossing(limits: Limits, comparison: number, objective: number, elapsedSeconds: number): Crossing | undefined {
  if (comparison >= limits.comparison) return { test: 'comparison', elapsedSeconds, evidence: comparison };
  if (objective >= limits.objective) return { test: 'objective', elapsedSeconds, evidence: objective };
  return undefined;
}

/** How many times the control's bad ratio the canary's is; `undefined` where the control has no bad events. */
export function observedRatio(state: Pick<SloJudgement, 'canary' | 'control'>): number | undefined {
  const base = badRatio(state.control);
  return base > 0 ? badRatio(state.canary) / base : undefined;
}
