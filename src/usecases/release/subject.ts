import type { ReleasePlan } from '../../plan/release-plan.ts';

/** What an approval or a deployment is bound to: the meaning of the plan, and the bytes that people read. */
export function subjectOf(plan: Pick<ReleasePlan, 'specDigest' | 'textDigest'>): {
  readonly specDigest: string;
  readonly textDigest: string;
} {
  return { specDigest: plan.specDigest, textDigest: plan.textDigest };
}
