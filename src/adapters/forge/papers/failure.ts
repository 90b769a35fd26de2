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

/**
 * The one open request of a branch; a reason where there are several. Whoever may push can open a second one, and what people said on the first
 * would not be read.
 */
export function onlyRequest<T extends { readonly number: number }>(
  open: readonly T[],
  branch: string,
): T | string | undefined {
  if (open.length < 2) return open[0];
  const numbers = open.map(({ number }) => number).sort((one, other) => one - other);
  return `the branch ${branch} has ${open.length} open requests (${numbers.join(', ')}), and the ballot is one: close the others`;
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
