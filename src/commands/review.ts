import { review } from '../usecases/review.ts';
import { argument, type CommandAction, given, isSet, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  return review(await invocation.context(), argument(invocation, 0), {
    draft: isSet(flags, 'draft'),
    values: listed(flags, 'value'),
    attended: listed(flags, 'attended'),
    lessons: listed(flags, 'lesson'),
    debts: listed(flags, 'debt'),
    noDebt: flags.debt === false,
    ...given(flags, 'outcome'),
    ...given(flags, 'comment'),
    ...given(flags, 'classification'),
    sideEffects: listed(flags, 'sideEffect'),
    ...given(flags, 'exception'),
  });
};
