import { objectiveEvidence } from './evidence.ts';
import { badRatio, type Counts, type Increment, NO_COUNTS } from './look.ts';
import type { JudgeSettings } from './settings.ts';

/**
 * The objective as the budget of the bake. A canary that has spent more bad events than the bake allows, beyond chance, breaks it. When stable spends
 * its own too, nothing is known of the canary: it is held until stable has recovered, and the budget begins anew.
 */
export interface Budget {
  /** When it began, in seconds since the canary got requests. */
  readonly since: number;
  readonly canary: Counts;
  readonly control: Counts;
  readonly evidence: number;
  readonly broken: boolean;
  /** While the canary is held: since when, and since when stable is well again. */
  readonly held?: { readonly since: number; readonly recovering?: number };
  /** How long it was held before, in seconds. */
  readonly heldSeconds: number;
}

/** Of its own budget, what stable must have spent for an incident to be shared. */
const SHARED = 0.5;
/** Seconds for which stable must be within the objective before a hold ends. */
const RECOVERY = 60;

/** An unspent budget. */
export function openBudget(since: number, heldSeconds = 0): Budget {
  return { since, canary: NO_COUNTS, control: NO_COUNTS, evidence: 0, broken: false, heldSeconds };
}

/** Adds a look. */
export function spend(
  budget: Budget,
  settings: Pick<JudgeSettings, 'bakeSeconds'>,
  step: {
    readonly increment: Increment;
    readonly moment: number;
    readonly allowedRatio: number;
    readonly factorOf: (allowed: number) => number;
    readonly limit: number;
  },
): Budget {
  const { increment, moment, allowedRatio, factorOf, limit } = step;
  if (budget.held !== undefined) return hold(budget, budget.held, step);
  const canary = plus(budget.canary, increment.canary);
  const control = plus(budget.control, increment.control);
  // What the bake will have had at the rate so far.
  const whole = Math.max(1, settings.bakeSeconds / Math.max(moment - budget.since, 1));
  const allowed = allowedRatio * canary.total * whole;
  const evidence = objectiveEvidence(canary.bad, allowed, factorOf(allowed));
  const spent = { ...budget, canary, control, evidence };
  if (evidence < limit) return spent;
  const isShared = control.bad > SHARED * allowedRatio * control.total * whole;
  return isShared ? { ...spent, evidence: 0, held: { since: moment } } : { ...spent, broken: true };
}

function hold(
  budget: Budget,
  held: NonNullable<Budget['held']>,
  { increment, moment, allowedRatio }: Parameters<typeof spend>[2],
): Budget {
  // What the canary does meanwhile is compared with stable all the time; here it is stable that must be well.
  const begins =
    badRatio(increment.control) <= allowedRatio ? (held.recovering ?? moment - increment.seconds) : undefined;
  if (begins === undefined) return { ...budget, held: { since: held.since } };
  if (moment - begins < RECOVERY) return { ...budget, held: { since: held.since, recovering: begins } };
  return openBudget(moment, budget.heldSeconds + moment - held.since);
}

function plus(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}
