import { isAmong, nameList } from '../../domain/people/people.ts';
import { RelctlError } from '../../errors.ts';
import type { EventData } from '../../plan/events.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Prompter } from '../../ports/prompter.ts';
import { command } from '../../text/command-line.ts';
import { readAnswer } from '../release/answers.ts';

type Attended = EventData<'review.closed'>['attended'];

/**
 * Who held the review: those that the flags name, or those that a person names.
 * @throws RelctlError `review.incomplete` without Product or without R&D, `usage.missing-answer`
 */
export async function attendedAnswer(
  prompter: Prompter,
  owners: Spec['owners'],
  given: readonly string[],
): Promise<Attended> {
  if (given.length > 0) return bothSides(owners, given);
  return readAnswer(
    prompter,
    {
      message: 'Who attended (addresses, separated by commas)?',
      flag: '--attended',
      default: `${owners.productManager}, ${owners.rdLead}`,
    },
    (answer) => bothSides(owners, split(answer)),
  );
}

/** Sorts those who attended. Errors: `review.incomplete` without Product or without R&D. */
export function bothSides({ productManager, rdLead }: Spec['owners'], attended: readonly string[]): Attended {
  const product = attended.filter((person) => isAmong([productManager], person));
  const rd = attended.filter((person) => !isAmong([productManager], person));
  if (product.length > 0 && rd.length > 0) return { product, rd };
  throw new RelctlError('review.incomplete', `the review needs Product and R&D; attended: ${nameList(attended)}`, {
    why: 'The post-release review is mandatory, and it is held by both.',
    hints: [command`--attended ${productManager} --attended ${rdLead}`],
  });
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
