import { previewPacket } from '../usecases/packet.ts';
import { argument, type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { html } = given(invocation.flags, 'html');
  const context = await invocation.context();
  return previewPacket(context, argument(invocation, 0), {
    ...(html === undefined ? {} : { file: context.workspace.here(html) }),
  });
};
