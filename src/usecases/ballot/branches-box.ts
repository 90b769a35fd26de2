import type { Asked } from '../../domain/ballot/answer.ts';
import { bullets, type DocumentBlock, part, text } from '../../domain/document/model.ts';
import { nameList } from '../../domain/people/people.ts';
import { choiceDifferences } from '../../domain/process/choice.ts';
import type { Release } from '../release/open.ts';
import { formLines } from './form-lines.ts';

/** What the Product Manager is asked of a draft, and what they chose so far. */
export function branchesBlocks({ journal }: Release, questions: readonly Asked[]): readonly DocumentBlock[] {
  const { plan, state } = journal;
  const { candidate, owners } = plan.spec;
  const chosen = state.chosen?.data.branches.map(({ name }) => name) ?? [];
  const held = candidate.branches.map(({ name }) => name);
  const isSame = choiceDifferences(held, chosen).length === 0;
  return [
    text(
      `Which approved branches go into ${plan.metadata.feature}? For ${owners.productManager}, the Product Manager. A branch that is not approved cannot be chosen.`,
    ),
    text('Copy these lines into a review of this request, and put an x into each box of a branch that goes in:'),
    ...questions.map(({ form }) => formLines(form)),
    bullets(
      [
        'A review that only comments is enough. A later one of yours takes the place of an earlier one, as long as the plan is a draft; an edited one does not count.',
        'What is not exactly such lines chooses nothing. Once another branch is approved, or one of these is not any more, the lines are others.',
      ],
      '',
    ),
    ...part(
      'Counted',
      bullets(
        [
          ...(state.chosen === undefined ? [] : [[{ strong: state.chosen.actor }, ` chose ${nameList(chosen)}`]]),
          `the draft holds ${held.length === 0 ? 'no branch by name' : nameList(held)}`,
          ...(state.chosen === undefined || isSame
            ? []
            : [`${owners.rdLead} brings the draft up to date with the choice`]),
        ],
        '',
      ),
    ),
  ];
}
