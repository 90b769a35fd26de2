import { list } from '../usecases/list.ts';
import { type CommandAction, listed } from './command.ts';

export const run: CommandAction = async (invocation) =>
  list(await invocation.reading(), {
    phases: listed(invocation.flags, 'phase'),
    services: listed(invocation.flags, 'service'),
  });
