import { sandboxControl } from '../usecases/sandbox.ts';
import { type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { openSandboxControl } = await import('../composition/sandbox.ts');
  return sandboxControl(await openSandboxControl(invocation.cwd), {
    action: invocation.args[0] ?? 'show',
    ...given(invocation.flags, 'by'),
    ...given(invocation.flags, 'to'),
    ...given(invocation.flags, 'name'),
    ...given(invocation.flags, 'service'),
  });
};
