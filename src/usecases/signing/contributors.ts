import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Authors } from '../../ports/repository.ts';
import type { SigningGround } from '../release/context.ts';

/**
 * Addresses with a hand in the candidate; `undefined` when that cannot be read here, or when nothing is between the base and the candidate,
 * so that nobody is known to be independent.
 *
 * The author of a plan names its base. So what the protected branch does not have counts too: a base just below the candidate would
 * else hide everybody but the last.
 * @param tip commit of the protected branch, where there is one
 */
export async function contributorsOf(
  context: Pick<SigningGround, 'repository'>,
  plan: Pick<ReleasePlan, 'spec'>,
  tip?: string,
): Promise<readonly string[] | undefined> {
  const { base, commit } = plan.spec.candidate;
  try {
    const found = await Promise.all(
      [base, ...(tip === undefined ? [] : [tip])].map((from) => context.repository.authors(from, commit)),
    );
    const people = new Set(found.flatMap(everybody));
    return people.size === 0 ? undefined : [...people];
  } catch (error) {
    if (error instanceof RelctlError && UNKNOWN.has(error.code)) return undefined;
    throw error;
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(['repo.no-such-commit', 'repo.history-incomplete']);

function everybody({ authors, committers, coAuthors }: Authors): readonly string[] {
  return [...authors, ...committers, ...coAuthors];
}
