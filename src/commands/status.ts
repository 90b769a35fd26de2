import { status } from '../usecases/status.ts';
import { argument, type CommandAction, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const id = argument(invocation, 0);
  if (!isSet(invocation.flags, 'verbose')) return status(await invocation.reading(), id);
  const { statusInDetail } = await import('../usecases/status-detail.ts');
  return statusInDetail(await invocation.context(), id);
};
