import { previewPacket } from '../usecases/packet.ts';
import { argument, type CommandAction, given } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { html } = given(invocation.flags, 'html');
  return previewPacket(await invocation.context(), argument(invocation, 0), {
    ...(html === undefined ? {} : { file: html }),
  });
};
