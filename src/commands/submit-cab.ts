import { submitCab } from '../usecases/submit-cab.ts';
import { argument, type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) =>
  submitCab(await invocation.context(), argument(invocation, 0), {
    ...given(invocation.flags, 'exception'),
  });
