import { type Form, formNumber, type Question } from './form.ts';

/** Which branches go into a release, chosen on the request that carries its draft. */

/** What can be chosen. */
export interface BranchOffer {
  readonly release: string;
  /** The commit that the candidate begins at. */
  readonly base: string;
  /** Names of the approved branches that are ahead of it. */
  readonly offered: readonly string[];
}

/** A choice that was read. */
export interface ChosenBranches {
  readonly act: 'branches';
  readonly names: readonly string[];
}

/** The number of a choice, over the release, where it begins, and all that could be chosen: what is offered meanwhile was not seen. */
export function branchesNumber({ release, base, offered }: BranchOffer): string {
  return formNumber(['branches', release, base, ...[...offered].sort()]);
}

/** What the Product Manager is asked. */
export function branchesQuestion(offer: BranchOffer): Question<ChosenBranches> {
  const form: Form = {
    act: 'branches',
    number: branchesNumber(offer),
    boxes: new Map(offer.offered.map((name) => [name, name])),
    fields: [],
  };
  return {
    form,
    read(filled) {
      const names = offer.offered.filter((name) => filled.boxes.get(name) === true);
      return names.length === 0 ? 'it chooses no branch' : { act: 'branches', names };
    },
  };
}
