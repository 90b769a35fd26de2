import { closeCondition } from '../usecases/signoff-condition.ts';
import { argument, type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) =>
  closeCondition(await invocation.context(), argument(invocation, 0), {
    ...given(invocation.flags, 'condition'),
    ...given(invocation.flags, 'evidence'),
  });
