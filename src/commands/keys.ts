import { keys } from '../usecases/keys.ts';
import { type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { openKeys } = await import('../composition/keys.ts');
  const { flags, args } = invocation;
  const as = typeof flags.as === 'string' ? flags.as : undefined;
  return keys(await openKeys(invocation, as), {
    action: args[0] ?? 'show',
    ...given(flags, 'key'),
    ...given(flags, 'person'),
  });
};
