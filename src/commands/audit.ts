import { audit } from '../usecases/audit.ts';
import { argument, type CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => audit(await invocation.ground(), argument(invocation, 0));
