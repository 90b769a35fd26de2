import { RelctlError } from '../../errors.ts';
import { LARGEST_PLAN } from '../../plan/guard.ts';
import { type ReleasePlan, writeReleasePlan } from '../../plan/release-plan.ts';

/** What a step records at most, there and back, with its part of verdict and images: measured is half of it. */
const STEP_BYTES = 3000;

/**
 * Refuses a deployment whose record would not fit into the plan before anything is changed: it would stand half way, and could not be
 * recorded as put back.
 * @throws RelctlError `plan.too-large`
 */
export function refuseWithoutRoom(plan: ReleasePlan, steps: number): void {
  const text = writeReleasePlan(plan, plan.events, plan.claimedPhase ?? '');
  if (Buffer.byteLength(text) + steps * STEP_BYTES <= LARGEST_PLAN) return;
  throw new RelctlError('plan.too-large', `${plan.file} has no room for the record of ${steps} more steps`, {
    place: { file: plan.file },
    why: `A plan has at most ${LARGEST_PLAN} bytes with its history. Nothing was announced or changed.`,
    hints: ['make two releases of it, with a plan and approvals each: the history of a plan that was begun stays'],
  });
}
