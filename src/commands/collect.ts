import { collect } from '../usecases/collect.ts';
import { argument, type CommandAction, given, listed } from './command.ts';

export const run: CommandAction = async (invocation) =>
  collect(await invocation.context(), argument(invocation, 0), {
    ...given(invocation.flags, 'branch'),
    junit: listed(invocation.flags, 'junit'),
  });
