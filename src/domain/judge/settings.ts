/** What the judge is told before the canary starts. Plain data: it is recorded, and a resumed process reads it back. */
export interface JudgeSettings {
  readonly slos: readonly SloSettings[];
  /** Overall chance, over all SLOs and all looks, of aborting a canary that is no worse than control and meets its objectives. */
  readonly alpha: number;
  /** Chance with which a regression of `detectableRatio` must have been visible, or nothing is promoted. */
  readonly power: number;
  /** The regression that must have been visible: bad ratio of the canary over that of control. */
  readonly detectableRatio: number;
  /** Requests at the canary below which no verdict is positive. */
  readonly minimumRequests: number;
  /** How long the canary is monitored, in seconds. */
  readonly bakeSeconds: number;
  /** How much longer, once, when the verdict is inconclusive. */
  readonly extensionSeconds: number;
  /** How long a canary may warm up before the bake, in seconds; 0 when left out. Until then only a gross failure counts. */
  readonly warmupSeconds?: number;
  /** How long a canary is held while stable breaks its objective too; as long as the extension when left out. */
  readonly holdSeconds?: number;
  /** How restless replicas are taken to be as long as nothing is measured; {@link DEFAULT_NOISE} when left out. */
  readonly noise?: NoiseFloor;
}

/** One SLO under judgement. */
export interface SloSettings {
  readonly name: string;
  /** The share of good events that is wanted, such as 0.999. */
  readonly objective: number;
  /** Its share of `alpha` relative to the other SLOs; 1 when left out. */
  readonly weight?: number;
  /** What a bad event is: `slow` where a request took longer than a threshold, else an error. Slow answers are what warming up is. */
  readonly kind?: 'error' | 'slow';
  /**
   * The canary's share of these requests, 0 to 1, where a route divides them by weight: then the share is judged too. Left out where it is
   * not known exactly, and for all but one of the SLOs that count the same requests.
   */
  readonly share?: number;
}

/**
 * Noise that healthy replicas show beyond chance: the bad ratio of a replica wanders about its mean with this coefficient
 * of variation and forgets with this time. It stands in until stable replicas have been compared with one another.
 */
export interface NoiseFloor {
  readonly coefficientOfVariation: number;
  /** Integral of the autocorrelation, both sides: (1+φ)/(1-φ) steps for an AR(1) process. */
  readonly correlationSeconds: number;
}

/**
 * CV 30% with a memory of 90 s: a choice, made on the bench so that AR(1) noise of CV 20% and φ = 0.7 a minute on both arms
 * keeps to the false-alarm rate while nothing is known yet. At a canary of 10 requests a second, 0.1% of them bad, it
 * makes φ = 1.08 after 15 minutes.
 */
export const DEFAULT_NOISE: NoiseFloor = { coefficientOfVariation: 0.3, correlationSeconds: 90 };

/** Of an SLO's share of alpha, what goes to the comparison with control; the rest guards the absolute objective. */
const COMPARISON_SHARE = 0.95;

/** The evidence (natural logarithm of an e-value) at which each test of an SLO aborts or holds the canary. */
export interface Limits {
  readonly comparison: number;
  readonly objective: number;
}

/**
 * Splits alpha over the SLOs by weight and within each over its two tests (weighted Bonferroni), and turns each part into
 * a limit by Ville's inequality: an e-process reaches 1/a with probability at most a.
 */
export function limitsOf(settings: JudgeSettings, slo: SloSettings): Limits {
  const alpha = settings.alpha * weightOf(settings, slo);
  return {
    comparison: -Math.log(alpha * COMPARISON_SHARE),
    objective: -Math.log(alpha * (1 - COMPARISON_SHARE)),
  };
}

/** An SLO's part of alpha, 0 to 1. */
export function weightOf(settings: JudgeSettings, slo: SloSettings): number {
  return (slo.weight ?? 1) / settings.slos.reduce((sum, one) => sum + (one.weight ?? 1), 0);
}

/** The limit for the weighted mean of the comparisons of all SLOs. */
export function meanLimit(settings: JudgeSettings): number {
  return -Math.log(settings.alpha * COMPARISON_SHARE);
}

/**
 * The limits of the share of the requests and of latency away from the threshold, over the whole bake. They have a chance of their own beside
 * alpha, half of it each, which is split over the SLOs that are judged so.
 */
export function shareLimit({ alpha, slos }: JudgeSettings): number {
  return -Math.log(alpha / 2 / Math.max(1, slos.filter((slo) => slo.share !== undefined).length));
}

/** See {@link shareLimit}. */
export function edgesLimit({ alpha, slos }: JudgeSettings): number {
  return -Math.log(alpha / 2 / Math.max(1, slos.filter((slo) => slo.kind === 'slow').length));
}
