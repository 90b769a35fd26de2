import type { BranchOffer } from '../../domain/ballot/branches.ts';
import { RelctlError } from '../../errors.ts';
import { type Offer, offersOf } from '../planning/ask/offers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { modeOf } from '../signing/look.ts';

/** What can be chosen for a draft, and what it is chosen from. */
export interface OfferedBranches {
  readonly offer: BranchOffer;
  readonly approved: readonly Offer[];
  readonly others: readonly Offer[];
}

/** The branches that are ahead of the base of a draft, those that can be chosen apart; nothing where its base is not here. */
export async function offeredBranches(
  context: Context,
  { journal: { plan } }: Pick<Release, 'journal'>,
): Promise<OfferedBranches | undefined> {
  try {
    const base = await context.repository.resolve(plan.spec.candidate.base);
    const onlyProved = (await modeOf(context, plan.metadata.process)) === 'required';
    const offers = await offersOf(context, base, [], onlyProved);
    const approved = offers.filter(({ approvedBy }) => approvedBy.length > 0);
    const offered = approved.map(({ branch }) => branch.name);
    return {
      offer: { release: plan.id, base, offered },
      approved,
      others: offers.filter((one) => !approved.includes(one)),
    };
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit') return undefined;
    throw error;
  }
}
