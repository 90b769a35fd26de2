import { signoffOps } from '../usecases/signoff-ops.ts';
import { argument, type CommandAction, given, listed } from './command.ts';

export const run: CommandAction = async (invocation) =>
  signoffOps(await invocation.context(), argument(invocation, 0), {
    ...given(invocation.flags, 'decision'),
    ...given(invocation.flags, 'comment'),
    drill: listed(invocation.flags, 'drill'),
  });
