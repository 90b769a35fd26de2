import { status } from '../usecases/status.ts';
import { argument, type CommandAction, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const id = argument(invocation, 0);
  if (!isSet(invocation.flags, 'verbose')) return status(await invocation.reading(), id, () => invocation.observing());
  const { inDetail } = await import('../usecases/status/detail.ts');
  const context = await invocation.context();
  return inDetail(context, id, await status(context, id, async () => context));
};
