import type * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import type { PapersAnswer } from '../../../ports/forge.ts';

/** `forge.failed`: what a forge did not do. */
export function forgeFailure(reason: string): RelctlError {
  return new RelctlError('forge.failed', reason, {
    why: 'Votes on the request are neither asked for nor read.',
    hints: ['relctl doctor', 'give the same command again'],
  });
}

/** `forge.failed` where there is no request to write on. */
export function noRequest(branch: string, reason: string): RelctlError {
  return new RelctlError('forge.failed', `there is no open request of the branch ${branch}: ${reason}`, {
    why: 'The request that carries the plan is the ballot.',
    hints: ['git push', 'open a merge request of the branch and give the same command again'],
  });
}

/** More requests of a branch than are read: what somebody said may stand on one of the others. */
export function tooMany(branch: string, most: number): RelctlError {
  return forgeFailure(
    `more than ${most} requests of ${branch} are open, or were touched since it was submitted: close them, or submit again`,
  );
}

/** An answer in the form that the API documents. Errors: `forge.failed`, naming the field. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, api: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw forgeFailure(`an answer is not one of the ${api} API: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** What cannot be read is a reason and no exception. */
export function unavailable(error: unknown): PapersAnswer {
  if (error instanceof RelctlError) return { available: false, reason: error.message };
  throw error;
}
