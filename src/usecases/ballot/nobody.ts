import { RelctlError } from '../../errors.ts';
import type { Prompter, Question } from '../../ports/prompter.ts';

function missing({ message }: Question): never {
  throw new RelctlError('usage.missing-answer', `it does not answer: ${message}`, {
    why: 'Nobody is asked when a request is read.',
    hints: ['write it anew on the request, with that in it'],
  });
}

/** Who collects answers for nobody, even at a terminal: what a text on the request leaves open, it does not say. */
export const NOBODY: Prompter = {
  interactive: false,
  show: async () => {},
  confirm: async (question) => missing(question),
  text: async (question) => missing(question),
  select: async (question) => missing(question),
  selectMany: async (question) => missing(question),
};
