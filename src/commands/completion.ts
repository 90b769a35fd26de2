import { RelctlError } from '../errors.ts';
import { completionScript, SHELLS } from '../renderers/completion.ts';
import { command } from '../text/command-line.ts';
import { argument, type CommandAction } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const shell = argument(invocation, 0);
  const known = SHELLS.find((one) => one === shell);
  if (known === undefined) {
    throw new RelctlError('usage.bad-flag', `there is no completion for "${shell}"`, {
      why: 'Nothing was printed.',
      hints: SHELLS.map((one) => command`relctl completion ${one}`),
    });
  }
  const text = completionScript(known, invocation.commands);
  return { result: 'done', headline: '', blocks: [{ kind: 'verbatim', text }], data: { shell, script: text } };
};
