import type { Spec } from '../../plan/spec.ts';
import type { ReleaseSummary } from '../history/release-summary.ts';

/** What a risk is scored from: the plan, the size of its difference, and what became of earlier releases of its services. */
export interface RiskFacts {
  readonly spec: Omit<Spec, 'risk'>;
  /** Size of the difference between base and candidate; `undefined` when the commits are not here. */
  readonly size: { readonly files: number; readonly insertions: number; readonly deletions: number } | undefined;
  readonly history: readonly ServiceHistory[];
  /** True when the repository has released anything with relctl before, so that a service without a history says something. */
  readonly anyHistory: boolean;
}

/** What became of the earlier releases of one service. */
export interface ServiceHistory {
  readonly service: string;
  /** Releases that went to production, whatever became of them. */
  readonly releases: number;
  /** Those of them that were rolled back or froze. */
  readonly undone: number;
}

/** How far back the history counts. */
export const HISTORY_DAYS = 365;

/** The history of some services in the other releases of the repository; what was rehearsed says nothing. */
export function historyOf(
  services: readonly string[],
  releases: readonly ReleaseSummary[],
  self: string,
  now: number,
): Pick<RiskFacts, 'history' | 'anyHistory'> {
  const since = now - HISTORY_DAYS * 86_400_000;
  const recent = (at: string): boolean => Date.parse(at) >= since;
  const others = releases.filter((release) => release.id !== self);
  const reached = others.filter((release) => release.deployed.some(recent) || release.undone.some(recent));
  return {
    anyHistory: reached.length > 0,
    history: services.map((service) => {
      const own = reached.filter((release) => release.services.includes(service));
      return { service, releases: own.length, undone: own.filter((release) => release.undone.some(recent)).length };
    }),
  };
}
