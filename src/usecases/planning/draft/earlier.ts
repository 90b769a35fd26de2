import { isSummary } from '../../../domain/history/release-summary.ts';
import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import { RelctlError } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Context } from '../../release/context.ts';

/** Of a service's releases, the latest is asked; where it cannot be read, the one before it, and no further. */
const TRIES = 3;

/** The latest other release that ships one of the services: what people settled there is proposed again. */
export async function earlierRelease(
  context: Pick<Context, 'store'>,
  id: string,
  services: readonly string[],
): Promise<ReleasePlan | undefined> {
  const known = (await context.store.summaries())
    .filter(isSummary)
    .filter((one) => one.id !== id && one.services.some((service) => services.includes(service)))
    .toSorted((a, b) => b.span.start - a.span.start || (a.id < b.id ? 1 : -1));
  for (const { id: other } of known.slice(0, TRIES)) {
    try {
      return await context.store.load(other);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
    }
  }
  return undefined;
}

/** True for a text that a person has written. */
export function isWritten(value: unknown): boolean {
  return !JSON.stringify(value).includes(TO_BE_WRITTEN);
}
