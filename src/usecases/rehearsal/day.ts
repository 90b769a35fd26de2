import type { ReleasePlan } from '../../plan/release-plan.ts';

/** What happens on ordinary days and harms no good canary, however few pods stand beside it; the sandbox knows them by these names. */
const DAYS = ['cold-start', 'shared-incident'] as const;

/** The day of a rehearsal: one that the plan's digest draws, so that the same plan is rehearsed on the same day. */
export function drawnDay({ specDigest }: Pick<ReleasePlan, 'specDigest'>): (typeof DAYS)[number] {
  return DAYS[Number.parseInt(specDigest.slice(-4), 16) % DAYS.length] ?? DAYS[0];
}
