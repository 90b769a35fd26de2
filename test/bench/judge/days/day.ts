import type { JudgeSettings } from '../../../../src/domain/judge/settings.ts';
import type { Random } from '../random.ts';
import { type PodBehaviour, type SimulatedPod, type Steps, simulatePod } from './pods.ts';

/** Bad ratio of what is healthy, the canary's share, the control's pods, and the bake; the policy's and the plan's defaults. */
export const BASE = 0.001;
export const SHARE = 0.01;
const STABLE_PODS = 25;
export const BAKE_SECONDS = 900;
/** How long the control is seen before the canary starts. */
export const HISTORY_SECONDS = 900;

/** An ordinary day in production, as one row of the bench. */
export interface Day {
  /** The section that the row belongs to. */
  readonly section: string;
  readonly name: string;
  /** Requests a second, canary and control together. */
  readonly rate: number;
  /** What should come of it. */
  readonly aim: Aim;
  /** Behaviour of the pods of one such day; the judge sees the control for a quarter of an hour before. */
  readonly pods: (random: Random) => DayPods;
  readonly settings?: Partial<JudgeSettings>;
  readonly objective?: number;
  /** Of a latency SLO, the edge that is its threshold. */
  readonly threshold?: string;
  /** The share that the route gives the canary, where it is known; it is judged then. */
  readonly share?: number;
  /** How many SLOs there are, all alike and independent; one when left out. */
  readonly slos?: number;
  /** The canary fails so many times as often as the smallest regression that was promised to show, which differs from day to day. */
  readonly timesPromised?: number;
}

/** What a row aims at: shares of its canaries, and seconds. */
export type Aim =
  | { readonly kind: 'not-aborted'; readonly atMost: number; readonly passes?: number }
  | {
      readonly kind: 'found';
      readonly atLeast: number;
      readonly within?: number;
      readonly median?: number;
      /** The code that finds it; an abort when left out. */
      readonly code?: string;
    }
  | { readonly kind: 'not-passed'; readonly atMost: number };

/** The pods of one day. */
export interface DayPods {
  readonly canary: readonly PodBehaviour[];
  readonly stable: readonly PodBehaviour[];
  /** Stable pods that are still to be scraped when they cannot be. */
  readonly lost?: readonly string[];
}

/** One day as it was simulated. */
export interface SimulatedDay {
  readonly canary: readonly SimulatedPod[];
  readonly stable: readonly SimulatedPod[];
  readonly lost: readonly string[];
}

/**
 * Simulates one day of a row, once for each SLO.
 * @param promised says of stable pods what regression is promised to show
 */
export function simulateDay(
  day: Day,
  random: Random,
  promised: (stable: SimulatedDay) => number,
): readonly SimulatedDay[] {
  const behaviours = day.pods(random);
  const until = 2 * BAKE_SECONDS + 300;
  return Array.from({ length: day.slos ?? 1 }, () => {
    const stable = behaviours.stable.map((pod) => simulatePod(pod, until, random));
    const seen = { canary: [], stable, lost: behaviours.lost ?? [] };
    const times = day.timesPromised === undefined ? 1 : day.timesPromised * promised(seen);
    return { ...seen, canary: behaviours.canary.map((pod) => simulatePod(worse(pod, times), until, random)) };
  });
}

function worse(pod: PodBehaviour, times: number): PodBehaviour {
  return times === 1 ? pod : { ...pod, bad: pod.bad.map(([from, ratio]) => [from, Math.min(1, times * ratio)]) };
}

/** A steady value. */
export function steady(value: number): Steps {
  return [[Number.NEGATIVE_INFINITY, value]];
}

/** A canary of one pod with its share of the requests. */
export function canaryPod(rate: number, bad: Steps, more: Partial<PodBehaviour> = {}): PodBehaviour {
  return { name: 'canary-0', rate: rate * SHARE, bad, from: 0, ...more };
}

/** The control's pods with the rest of the requests, the first of them as the second argument says. */
export function stablePods(
  rate: number,
  bad: Steps,
  special: readonly Partial<PodBehaviour>[] = [],
): readonly PodBehaviour[] {
  return Array.from({ length: STABLE_PODS }, (_, index) => ({
    name: `stable-${index}`,
    rate: (rate * (1 - SHARE)) / STABLE_PODS,
    bad,
    from: -HISTORY_SECONDS - 60,
    ...special[index],
  }));
}
