import type { ReleaseSummary, UnreadablePlan } from '../history/release-summary.ts';
import { isSummary } from '../history/release-summary.ts';

/** Everything that a page over all releases tells. */
export interface Portfolio {
  /** The latest window first. */
  readonly releases: readonly ReleaseSummary[];
  readonly unreadable: readonly UnreadablePlan[];
  /** Plans that were deleted with what was signed of them, and nobody reviewed that; how they went is not counted. */
  readonly gone?: readonly { readonly id: string; readonly lost: readonly string[] }[];
  /** Ids of those that claim a deployment, or the end of one, that nothing proves; it is not counted. */
  readonly claimed?: ReadonlySet<string>;
  readonly months: readonly MonthFigures[];
  /** Of all releases that reached production, the share that was taken back or froze; `undefined` before the first. */
  readonly failureRate: number | undefined;
  readonly simulated: boolean;
  /** Where the page of a release lies, relative to this one; those without a page are missing. */
  readonly pages: ReadonlyMap<string, string>;
  readonly madeAt: number;
  /** Where the calendar of releases lies that one subscribes to, relative to this page. */
  readonly feed?: string;
}

/** What went to production in a month, and what of it was undone. */
export interface MonthFigures {
  /** `YYYY-MM` of the deployment, in UTC. */
  readonly month: string;
  readonly deployed: number;
  readonly undone: number;
}

/** Counts over all releases. What was undone counts in the month in which it was undone. */
export function buildPortfolio(
  entries: readonly (ReleaseSummary | UnreadablePlan)[],
  pages: ReadonlyMap<string, string>,
  madeAt: number,
): Portfolio {
  const releases = entries.filter(isSummary).sort((a, b) => b.span.start - a.span.start || (a.id < b.id ? -1 : 1));
  const months = new Map<string, { deployed: number; undone: number }>();
  const count = (at: string, key: 'deployed' | 'undone') => {
    const month = at.slice(0, 7);
    const figures = months.get(month) ?? { deployed: 0, undone: 0 };
    figures[key] += 1;
    months.set(month, figures);
  };
  for (const release of releases) {
    for (const at of release.deployed) count(at, 'deployed');
    for (const at of release.undone) count(at, 'undone');
  }
  const tried = releases.filter((release) => release.deployed.length + release.undone.length > 0);
  const failed = tried.filter((release) => release.undone.length > 0);
  return {
    releases,
    unreadable: entries.flatMap((entry) => (isSummary(entry) ? [] : [entry])),
    months: [...months].map(([month, figures]) => ({ month, ...figures })).sort((a, b) => (a.month < b.month ? -1 : 1)),
    failureRate: tried.length === 0 ? undefined : failed.length / tried.length,
    simulated: releases.length > 0 && releases.every((release) => release.simulated),
    pages,
    madeAt,
  };
}
