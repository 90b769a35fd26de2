import { signoffQa } from '../usecases/signoff-qa.ts';
import { argument, type CommandAction, given, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  return signoffQa(await invocation.context(), argument(invocation, 0), {
    ...given(flags, 'decision'),
    ...given(flags, 'comment'),
    junit: listed(flags, 'junit'),
    passed: listed(flags, 'passed'),
    failed: listed(flags, 'failed'),
  });
};
