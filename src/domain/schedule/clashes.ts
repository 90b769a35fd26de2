import type { OtherRelease } from '../gates/gate.ts';
import type { Phase } from '../phases.ts';
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
export function clashesWith(others: readonly OtherRelease[], asked: Asked, self?: string): readonly Clash[] {
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
