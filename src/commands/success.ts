import { success } from '../usecases/success.ts';
import { argument, type CommandAction, listed } from './command.ts';

export const run: CommandAction = async (invocation) =>
  success(await invocation.context(), argument(invocation, 0), { values: listed(invocation.flags, 'value') });
