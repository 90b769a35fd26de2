import { verify } from '../usecases/verify.ts';
import { argument, type CommandAction, listed } from './command.ts';

export const run: CommandAction = async (invocation) =>
  verify(await invocation.context(), argument(invocation, 0), {
    passed: listed(invocation.flags, 'passed'),
    failed: listed(invocation.flags, 'failed'),
  });
