import { remind } from '../usecases/remind.ts';
import { argument, type CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => remind(await invocation.context(), argument(invocation, 0));
