import type { OtherRelease } from '../gates/gate.ts';
import type { Phase } from '../process/phases.ts';
import type { Asked } from './freezes.ts';
import { overlap, sharedTime } from './intervals.ts';

/** Another release that changes the same services at the same time. */
export interface Clash {
  readonly other: OtherRelease;
  readonly services: readonly string[];
  /** How long both windows are open, in milliseconds. */
  readonly together: number;
}

/** Phases in which a release takes no change window: not yet submitted, or over. */
const WITHOUT_WINDOW: readonly Phase[] = ['draft', 'closed', 'no-go', 'rolled-back', 'aborted'];

/** Every other release that clashes with the span, the longest overlap first. */
export function clashesWith(
  others: readonly OtherRelease[],
  asked: Pick<Asked, 'span' | 'services'>,
  self?: string,
): readonly Clash[] {
  return others
    .filter((other) => other.id !== self && !WITHOUT_WINDOW.includes(other.phase) && overlap(other.span, asked.span))
    .map((other) => ({
      other,
      services: other.services.filter((service) => asked.services.includes(service)),
      together: sharedTime(other.span, asked.span),
    }))
    .filter((clash) => clash.services.length > 0)
    .sort((a, b) => b.together - a.together || (a.other.id < b.other.id ? -1 : 1));
}

/** Two releases that change the same services at the same time. */
export interface MutualClash {
  readonly releases: readonly [string, string];
  readonly services: readonly string[];
  readonly minutes: number;
}

/** Every pair of releases that clash, each pair once, in order of their windows. */
export function clashesAmong(releases: readonly OtherRelease[]): readonly MutualClash[] {
  const sorted = releases
    .filter((release) => !WITHOUT_WINDOW.includes(release.phase))
    .sort((a, b) => a.span.start - b.span.start);
  return sorted.flatMap((one, index) => {
    const near: OtherRelease[] = [];
    // In order of their start: the first that begins after this one has ended ends the search.
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next];
      if (other === undefined || other.span.start >= one.span.end) break;
      near.push(other);
    }
    return clashesWith(near, one).map((clash) => ({
      releases: [one.id, clash.other.id] as const,
      services: clash.services,
      minutes: Math.round(clash.together / 60_000),
    }));
  });
}
