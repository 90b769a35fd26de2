import { sandboxControl } from '../usecases/sandbox.ts';
import { type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const [action = 'show', word] = invocation.args;
  const { openSandboxControl } = await import('../composition/sandbox.ts');
  return sandboxControl(await openSandboxControl(invocation.cwd, invocation.env), {
    action,
    ...given(invocation.flags, 'by'),
    ...given(invocation.flags, 'to'),
    ...given(invocation.flags, 'name'),
    ...(word === undefined ? {} : { word }),
    ...given(invocation.flags, 'service'),
  });
};
