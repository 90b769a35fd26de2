import { doctor } from '../usecases/doctor.ts';
import type { CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => doctor(await invocation.context());
