import { status } from '../usecases/status.ts';
import { argument, type CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => status(await invocation.reading(), argument(invocation, 0));
