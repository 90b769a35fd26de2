import { stage } from '../usecases/stage.ts';
import { argument, type CommandAction, given, isSet } from './command.ts';

export const run: CommandAction = async (invocation) =>
  stage(await invocation.context(), argument(invocation, 0), {
    ...given(invocation.flags, 'exception'),
    takeOver: isSet(invocation.flags, 'takeOver'),
  });
