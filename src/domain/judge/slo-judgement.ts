import { type Budget, openBudget, spend } from './budget.ts';
import { clumpIndex, type Dispersion, dispersionAt, dispersionFactor } from './dispersion.ts';
import { addDispersion, controlGrowth, type DispersionSums, dispersionOfHistory } from './dispersion-sums.ts';
import { type Edges, NO_EDGES, observeEdges } from './edges.ts';
import {
  comparisonSteps,
  EMPTY_TRAIL,
  extendTrail,
  logEvidence,
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
  type Increment,
  type Look,
  NO_COUNTS,
  type SloReading,
} from './look.ts';
import { sickReplicas } from './outliers.ts';
import {
  DEFAULT_NOISE,
  edgesLimit,
  type JudgeSettings,
  type Limits,
  limitsOf,
  type SloSettings,
  shareLimit,
} from './settings.ts';
import { type Arrivals, arrivalsFrom, isUnequal, NO_ARRIVALS, observeArrivals } from './share.ts';
import { failsGrossly, isGross, openWarmUp, type WarmUp, warm, warmedUp } from './warm-up.ts';

/** What the judge knows of one SLO. */
export interface SloJudgement {
  readonly slo: SloSettings;
  readonly limits: Limits;
  /** What is judged: counts since the warm-up, of the control without replicas that are left out. During the warm-up, those of it. */
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
  readonly budget: Budget;
  readonly arrivals: Arrivals;
  readonly edges: Edges;
  readonly warmUp: WarmUp;
  readonly sums: DispersionSums;
  /** Replicas of the control that are left out because they are sick, and those that cannot be reached. */
  readonly sick: readonly string[];
  readonly lost: readonly string[];
  /** Counters at the last look, since the canary got requests. */
  readonly seen: { readonly canary: Counts; readonly control: Counts };
  /** Moment, in seconds, of the last counts. */
  readonly seenSeconds: number;
}

/** When and by which test a canary was condemned. */
export interface Crossing {
  readonly test: 'comparison' | 'objective' | 'gross' | 'together';
  readonly elapsedSeconds: number;
  readonly evidence: number;
  /** What failed grossly. */
  readonly counts?: Counts;
}

const BEFORE_THE_FIRST_LOOK = 'nothing has been measured yet';

/** An SLO before the first look. `history`: looks at the control alone, before the canary started. */
export function openSlo(settings: JudgeSettings, slo: SloSettings, history: readonly ControlLook[]): SloJudgement {
  const all = dispersionOfHistory(history);
  const sick = sickReplicas(all, clumpIndex(all));
  return {
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
    budget: openBudget(0),
    arrivals: NO_ARRIVALS,
    edges: NO_EDGES,
    warmUp: openWarmUp(settings),
    sums: sick.length === 0 ? all : dispersionOfHistory(history, sick),
    sick,
    lost: [],
    seen: { canary: NO_COUNTS, control: NO_COUNTS },
    seenSeconds: 0,
  };
}

/** Adds a look to what is known of one SLO. */
export function observeSlo(state: SloJudgement, settings: JudgeSettings, look: Look): SloJudgement {
  const reading = Object.hasOwn(look.slos, state.slo.name) ? look.slos[state.slo.name] : undefined;
  if (reading === undefined) return { ...state, noData: 'it was not measured' };
  if (!reading.ok) return { ...state, noData: reading.detail };
  const control = controlGrowth({ control: state.seen.control, replicas: state.sums.replicas }, reading, state.sick);
  const fault = countFault('canary', reading.canary, state.seen.canary);
  if (fault !== undefined || typeof control === 'string') return { ...state, noData: fault ?? String(control) };
  const moment = reading.moment ?? look.elapsedSeconds;
  const { noData: _recovered, ...known } = state;
  // A denser look may come before the next scrape.
  if (moment <= known.seenSeconds) return known;
  const increment: Increment = {
    canary: growth(reading.canary, known.seen.canary),
    control,
    seconds: moment - known.seenSeconds,
  };
  const next = {
    ...known,
    canaryReplicas: reading.canaryReplicas ?? 1,
    lost: reading.lost ?? [],
    seen: { canary: reading.canary, control: reading.control },
    seenSeconds: moment,
  };
  return known.seenSeconds < known.warmUp.until
    ? whileWarming(next, { known, reading, increment, moment, look })
    : whileJudged(next, settings, { known, reading, increment, moment, look });
}

interface Step {
  /** What was known before. */
  readonly known: Omit<SloJudgement, 'noData'>;
  readonly reading: Extract<SloReading, { ok: true }>;
  readonly increment: Increment;
  readonly moment: number;
  readonly look: Look;
}

/** During the warm-up only a gross failure counts, and the control is got to know. */
function whileWarming(next: Omit<SloJudgement, 'noData'>, step: Step): SloJudgement {
  const { known, reading, increment, moment, look } = step;
  const warmUp = warm(known.warmUp, increment, moment);
  const sums = addDispersion(known.sums, { ...increment, canary: NO_COUNTS }, reading.controlReplicas);
  const isFirst = isGross(warmUp, known.slo.kind ?? 'error', increment, moment) ? warmUp.canary : undefined;
  const gross =
    known.crossed === undefined ? (isFirst ?? firstGross(warmUp.control, late(known.slo, reading))) : undefined;
  const over = moment >= warmUp.until;
  return {
    ...next,
    sums,
    warmUp,
    canary: over ? NO_COUNTS : warmUp.canary,
    control: over ? NO_COUNTS : warmUp.control,
    budget: openBudget(moment),
    arrivals: reading.arrived === undefined ? known.arrivals : arrivalsFrom(reading.arrived, known.arrivals.seen),
    edges: observeEdges(known.edges, reading.edges, 'warm-up'),
    ...(gross === undefined ? {} : { crossed: grossly(gross, look) }),
  };
}

function whileJudged(next: Omit<SloJudgement, 'noData'>, settings: JudgeSettings, step: Step): SloJudgement {
  const { known, reading, increment, moment, look } = step;
  const elapsed = moment - known.warmUp.until;
  const canary = plus(known.warmUp.over ? known.canary : NO_COUNTS, increment.canary);
  const control = plus(known.warmUp.over ? known.control : NO_COUNTS, increment.control);
  const due = restartsDue(settings, known.seenSeconds - known.warmUp.until);
  const comparison = extendTrail(restartTrail(known.comparison, due), comparisonSteps(increment));
  const sums = addDispersion(known.sums, increment, reading.controlReplicas);
  const dispersion = dispersionAt(
    known.sums,
    sums,
    { elapsedSeconds: elapsed, canaryReplicas: next.canaryReplicas, without: known.sick },
    settings.noise ?? DEFAULT_NOISE,
  );
  const budget = spend(known.budget, settings, {
    increment,
    moment,
    allowedRatio: Math.max(1 - known.slo.objective, SMALLEST_BUDGET),
    factorOf: (allowed) => dispersionFactor(dispersion, allowed, next.canaryReplicas),
    limit: known.limits.objective,
  });
  const comparisonEvidence = logEvidence(comparison, dispersion.factor);
  const arrivals = observeArrivals(known.arrivals, reading.arrived, {
    expected: known.slo.share,
    sums: known.sums,
    limit: shareLimit(settings),
    late: due,
  });
  const crossed =
    known.crossed ??
    (isUnequal(arrivals, moment) ? undefined : crossing(known.limits, comparisonEvidence, budget, look.elapsedSeconds));
  const gross = crossed === undefined ? firstGross(control, canary, late(known.slo, reading)) : undefined;
  const fresh = sickReplicas(sums, dispersion.clumping).filter((name) => !known.sick.includes(name));
  return {
    ...next,
    canary,
    control,
    comparisonEvidence,
    objectiveEvidence: budget.evidence,
    dispersion,
    comparison,
    budget,
    arrivals,
    edges: observeEdges(known.edges, reading.edges, {
      canaryReplicas: next.canaryReplicas,
      clumping: dispersion.clumping,
      limit: edgesLimit(settings),
    }),
    warmUp: warmedUp(known.warmUp),
    sums,
    sick: fresh.length === 0 ? known.sick : [...known.sick, ...fresh],
    ...(crossed === undefined ? {} : { crossed }),
    ...(gross === undefined ? {} : { crossed: grossly(gross, look) }),
  };
}

/** What pods of the canary that came later answered while they warmed up; that they are slow then is what warming up is. */
function late({ kind }: SloSettings, { warming }: Step['reading']): Counts | undefined {
  return kind === 'slow' ? undefined : warming;
}

/** The first of these that is a gross failure. */
function firstGross(control: Counts, ...all: readonly (Counts | undefined)[]): Counts | undefined {
  return all.find((canary) => canary !== undefined && failsGrossly({ canary, control }));
}

function grossly(counts: Counts, look: Look): Crossing {
  return { test: 'gross', elapsedSeconds: look.elapsedSeconds, evidence: badRatio(counts), counts };
}

/** An objective of 100% leaves no budget; one in a thousand million keeps the logarithms finite. */
const SMALLEST_BUDGET = 1e-9;

function restartsDue(settings: JudgeSettings, elapsedSeconds: number): number {
  const horizon = Math.max(settings.bakeSeconds + settings.extensionSeconds, 1);
  return Math.floor((elapsedSeconds * RESTARTS) / horizon);
}

function crossing(limits: Limits, comparison: number, budget: Budget, elapsedSeconds: number): Crossing | undefined {
  if (comparison >= limits.comparison) return { test: 'comparison', elapsedSeconds, evidence: comparison };
  if (budget.broken) return { test: 'objective', elapsedSeconds, evidence: budget.evidence };
  return undefined;
}

function plus(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}
