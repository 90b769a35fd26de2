import { formatCount, formatPercent, formatSeconds } from '../../text/figures.ts';
import { type BakeLength, wholeBake } from '../outcome/bake-length.ts';
import { type Judgement, observedRatio } from './judgement.ts';
import { badRatio, type Counts } from './look.ts';
import { oddReplica } from './outliers.ts';
import { type Visibility, visibility } from './power.ts';
import { share, short } from './saying.ts';
import { meanLimit } from './settings.ts';
import type { SloJudgement } from './slo-judgement.ts';

/**
 * `continue` before the bake has passed; afterwards one of the others. `fail` at any time. `hold` while stable breaks its objective too: nothing is
 * known of the canary then, and it is watched on.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'hold' | 'continue';

/** Why; stable, for scripts. */
export type VerdictCode =
  | 'worse-than-control'
  | 'pods-failing'
  | 'failing-grossly'
  | 'requests-lost'
  | 'requests-extra'
  | 'latency-shifted'
  | 'both-break-objective'
  | 'warming-up'
  | 'objective-broken'
  | 'no-data'
  | 'no-control'
  | 'too-few-requests'
  | 'above-objective'
  | 'not-visible'
  | 'collecting'
  | 'clean';

/** What the judge says of one SLO, with the numbers behind it. All numbers are finite. */
export interface SloDecision {
  readonly name: string;
  readonly verdict: Verdict;
  readonly code: VerdictCode;
  readonly reason: string;
  readonly canary: Counts;
  readonly control: Counts;
  /** Bad ratio of the canary over that of control; absent where the control has no bad events. */
  readonly ratio?: number;
  /** Natural logarithms. */
  readonly evidence: number;
  readonly limit: number;
  readonly objective: number;
  readonly objectiveEvidence: number;
  readonly objectiveLimit: number;
  /** φ of the canary's count and how many stable replicas it rests on. */
  readonly dispersion: number;
  readonly comparedReplicas: number;
  /** Chance with which the regression that the plan names would have been seen by now, and the smallest one that would with the power asked for. */
  readonly power: number;
  readonly smallestRatio?: number;
  /** Why the last look had no data. */
  readonly noData?: string;
  /** Replicas of the control that are left out: sick ones, and those that cannot be reached. */
  readonly leftOut?: readonly string[];
}

/** What the judge says of the canary. */
export interface Decision {
  readonly verdict: Verdict;
  readonly code: VerdictCode;
  readonly reason: string;
  readonly elapsedSeconds: number;
  readonly slos: readonly SloDecision[];
}

/**
 * Decides. A canary fails as soon as any SLO has enough evidence against it. It passes only when the bake has passed and for
 * every SLO there is data, there were enough requests, the canary's own ratio meets the objective, and the regression
 * that the plan names would have been seen. Anything else after the bake is inconclusive.
 *
 * @param bakeSeconds the bake, with its extension if there is one; the settings' bake when left out
 */
export function decide(judgement: Judgement, bakeSeconds: number = judgement.settings.bakeSeconds): Decision {
  const over = judgement.elapsedSeconds >= wholeBake({ ...bakeLength(judgement), bakeSeconds });
  const slos = judgement.slos.map((state) => decideSlo(judgement, state, over));
  const decisive = (['fail', 'inconclusive', 'hold', 'continue', 'pass'] as const)
    .map((verdict) => slos.find((slo) => slo.verdict === verdict))
    .find((slo) => slo !== undefined);
  const { elapsedSeconds, podsFailing } = judgement;
  if (podsFailing !== undefined) {
    return { verdict: 'fail', code: 'pods-failing', reason: podsFailing, elapsedSeconds, slos };
  }
  if (decisive === undefined) {
    return {
      verdict: over ? 'inconclusive' : 'continue',
      code: 'no-data',
      reason: 'the plan names no SLO, so a regression could not be detected',
      elapsedSeconds,
      slos,
    };
  }
  const { verdict, code } = decisive;
  const reason =
    verdict === 'pass'
      ? `every SLO had data, met its objective and would have shown a regression of ×${short(judgement.settings.detectableRatio)}: ${comparedAll(slos)}`
      : `${decisive.name}: ${decisive.reason}`;
  return { verdict, code, reason, elapsedSeconds, slos };
}

/** How long the canary is watched, without an extension: the bake, the warm-up, and holds that are over. */
export function bakeLength({ slos, settings }: Judgement): BakeLength {
  const longest = (values: readonly number[]) => Math.max(0, ...values);
  return {
    bakeSeconds: settings.bakeSeconds,
    warmupSeconds: longest([settings.warmupSeconds ?? 0, ...slos.map((slo) => slo.warmUp.until)]),
    heldSeconds: longest(slos.map((slo) => slo.budget.heldSeconds)),
  };
}

function decideSlo(judgement: Judgement, state: SloJudgement, over: boolean): SloDecision {
  const seen = visibility(judgement.settings, state.slo, {
    canaryTotal: state.canary.total,
    control: state.control,
    canaryReplicas: state.canaryReplicas,
    dispersion: state.dispersion,
  });
  const ratio = observedRatio(state);
  const numbers = {
    name: state.slo.name,
    canary: state.canary,
    control: state.control,
    ...(ratio === undefined ? {} : { ratio }),
    evidence: state.comparisonEvidence,
    limit: state.limits.comparison,
    objective: state.slo.objective,
    objectiveEvidence: state.objectiveEvidence,
    objectiveLimit: state.limits.objective,
    dispersion: state.dispersion.factor,
    comparedReplicas: state.dispersion.replicas,
    power: seen.power,
    ...(seen.smallestRatio === undefined ? {} : { smallestRatio: seen.smallestRatio }),
    ...(state.noData === undefined ? {} : { noData: state.noData }),
    ...(state.sick.length + state.lost.length === 0 ? {} : { leftOut: [...new Set([...state.sick, ...state.lost])] }),
  };
  return { ...numbers, ...finding(judgement, state, seen, over) };
}

type Finding = Pick<SloDecision, 'verdict' | 'code' | 'reason'>;

function finding(judgement: Judgement, state: SloJudgement, seen: Visibility, over: boolean): Finding {
  const { settings } = judgement;
  const { slo, canary, control, crossed, limits, noData, budget } = state;
  const unequal = differentRequests(state);
  if (unequal !== undefined && crossed?.test !== 'gross') return unequal;
  if (crossed?.test === 'gross') {
    return {
      verdict: 'fail',
      code: 'failing-grossly',
      reason: `${share(crossed.counts ?? canary)} of the canary's requests were bad within ${formatSeconds(crossed.elapsedSeconds)}, against ${share(control)} of stable's: too many for a warm-up`,
    };
  }
  if (crossed?.test === 'together') {
    return {
      verdict: 'fail',
      code: 'worse-than-control',
      reason: `${compared(state)}; evidence of all SLOs together ${short(crossed.evidence)} > limit ${short(meanLimit(settings))} after ${formatSeconds(crossed.elapsedSeconds)}`,
    };
  }
  if (crossed?.test === 'comparison') {
    return {
      verdict: 'fail',
      code: 'worse-than-control',
      reason: `${compared(state)}; evidence ${short(crossed.evidence)} > limit ${short(limits.comparison)} after ${formatSeconds(crossed.elapsedSeconds)}; false-alarm rate at most 1 in ${short(Math.exp(limits.comparison))}`,
    };
  }
  if (crossed?.test === 'objective') {
    return {
      verdict: 'fail',
      code: 'objective-broken',
      reason: `${share(budget.canary)} of the canary's requests were bad, more than the objective allows for the whole bake (${formatPercent(1 - slo.objective)}); evidence ${short(crossed.evidence)} > limit ${short(limits.objective)} after ${formatSeconds(crossed.elapsedSeconds)}`,
    };
  }
  const waiting = over ? 'inconclusive' : 'continue';
  if (budget.held !== undefined) {
    const { elapsedSeconds } = judgement;
    const longest = settings.holdSeconds ?? settings.extensionSeconds;
    return {
      verdict: budget.heldSeconds + elapsedSeconds - budget.held.since > longest ? 'inconclusive' : 'hold',
      code: 'both-break-objective',
      reason: `since ${formatSeconds(budget.held.since)} canary and stable both fail more than the ${formatPercent(1 - slo.objective)} that the objective allows (${share(budget.canary)} and ${share(budget.control)}), so the canary cannot be judged; the bake goes on when stable has recovered`,
    };
  }
  if (noData !== undefined) return { verdict: waiting, code: 'no-data', reason: `no data: ${noData}` };
  if (!state.warmUp.over) {
    return {
      verdict: waiting,
      code: 'warming-up',
      reason: `the canary warms up until ${formatSeconds(state.warmUp.until)}: ${compared(state)}; only a gross failure counts`,
    };
  }
  if (control.total <= 0) {
    return { verdict: waiting, code: 'no-control', reason: 'stable had no requests to compare with' };
  }
  if (canary.total <= 0 || canary.total < settings.minimumRequests) {
    return {
      verdict: waiting,
      code: 'too-few-requests',
      reason: `the canary had ${formatCount(canary.total)} requests and needs ${formatCount(Math.max(1, settings.minimumRequests))}`,
    };
  }
  if (!over) {
    return {
      verdict: 'continue',
      code: 'collecting',
      reason: `${compared(state)}; evidence ${short(state.comparisonEvidence)} of ${short(limits.comparison)}`,
    };
  }
  // Counts are whole numbers: with a hair of tolerance, 10 bad of 1,000 meet 99%.
  if (badRatio(budget.canary) > (1 - slo.objective) * (1 + 1e-9)) {
    return {
      verdict: 'inconclusive',
      code: 'above-objective',
      reason: `${share(budget.canary)} of the canary's requests were bad where the objective allows ${formatPercent(1 - slo.objective)}; that may be chance, so it neither fails nor passes`,
    };
  }
  if (isWorseThroughHolds(state)) {
    return {
      verdict: 'inconclusive',
      code: 'above-objective',
      reason: `${compared(state)} since the warm-up, with the incidents in which the canary was held, where the objective allows ${formatPercent(1 - slo.objective)}: stable shared them, but the canary was worse`,
    };
  }
  const shifted = slower(state);
  if (shifted !== undefined) return shifted;
  if (seen.power < settings.power) {
    return {
      verdict: 'inconclusive',
      code: 'not-visible',
      reason: `a regression of ×${short(settings.detectableRatio)} over ${formatPercent(seen.baseRatio)} would be detected with a chance of ${chance(seen.power)}, and the policy asks for ${formatPercent(settings.power)}; ${
        seen.smallestRatio === undefined
          ? 'there is too little traffic to detect any regression'
          : `the smallest that can be detected is ×${short(seen.smallestRatio)}`
      }${oddPod(state)}`,
    };
  }
  return {
    verdict: 'pass',
    code: 'clean',
    reason: `${compared(state)}; a regression of ×${short(settings.detectableRatio)} would have been detected with a chance of ${chance(seen.power)}`,
  };
}

/** The pod of stable by which nothing smaller shows, where it is one. */
function oddPod({ sums, sick, dispersion }: SloJudgement): string {
  const odd = oddReplica(sums, sick, dispersion.clumping);
  return odd === undefined
    ? ''
    : `; stable's pods differ mostly by ${odd.name}, which fails ×${short(odd.times)} as often as the others, too little to leave it out`;
}

/** After a hold the budget begins anew; a canary that spent it by being worse than stable must not pass by that. */
function isWorseThroughHolds({ budget, canary, control, slo }: SloJudgement): boolean {
  const allowed = Math.max(1 - slo.objective, WORSE * badRatio(control));
  return budget.heldSeconds > 0 && badRatio(canary) > allowed;
}

/** Times stable's bad ratio up to which a canary that was held is like it. */
const WORSE = 1.2;

/** Other requests than a share of everybody's: nothing that is counted of them is a comparison. */
function differentRequests({ arrivals }: SloJudgement): Finding | undefined {
  const { found } = arrivals;
  if (found === undefined) return undefined;
  const counted = `${formatPercent(found.counted)} of the requests were counted at the canary where its route sends ${formatPercent(found.expected)}`;
  return found.direction === 'lost'
    ? {
        verdict: 'fail',
        code: 'requests-lost',
        reason: `${counted}: the others are lost before they are counted, and got no answer`,
      }
    : {
        verdict: 'inconclusive',
        code: 'requests-extra',
        reason: `${counted}: requests reach it past the route, such as probes, bots or clients with sticky sessions, and are counted as those of users`,
      };
}

function slower({ edges }: SloJudgement): Finding | undefined {
  const { shifted } = edges;
  if (shifted === undefined) return undefined;
  return {
    verdict: 'inconclusive',
    code: 'latency-shifted',
    reason: `${share(shifted.canary)} of the canary's requests took longer than ${shifted.le} s, against ${share(shifted.control)} of stable's, more than chance explains; at the latency threshold it does not show`,
  };
}

function compared({ canary, control }: { readonly canary: Counts; readonly control: Counts }): string {
  const ratio = observedRatio({ canary, control });
  const times = ratio === undefined ? '' : ` (measured: ×${short(ratio)})`;
  return `${share(canary)} bad against ${share(control)} at stable${times}`;
}

/** How the SLOs of a canary that passed compared: of more than two, the one that came closest to its limit; all of them are in the evidence. */
function comparedAll(slos: readonly SloDecision[]): string {
  if (slos.length <= 2) return slos.map((slo) => `${slo.name} ${compared(slo)}`).join('; ');
  const closest = slos.reduce((one, other) => (other.evidence / other.limit > one.evidence / one.limit ? other : one));
  return `${closest.name} came closest to the limit, ${compared(closest)}; the other ${slos.length - 1} SLOs are in the evidence`;
}

/** A chance that is not certain is never shown as if it were. */
function chance(probability: number): string {
  return probability > 0.999 ? 'more than 99.9%' : formatPercent(probability);
}
