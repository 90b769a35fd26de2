import { schema } from '../usecases/schema.ts';
import type { CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => schema(invocation.args[0] ?? 'plan');
