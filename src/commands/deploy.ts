import { RelctlError } from '../domain/errors.ts';
import { type DeployOptions, deploy } from '../usecases/deploy.ts';
import { argument, type CommandAction, type Flags, given, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const mode = modeOf(flags);
  return deploy(await invocation.context(), argument(invocation, 0), {
    mode,
    ...given(flags, 'exception'),
    ...given(flags, 'reason'),
    takeOver: isSet(flags, 'takeOver'),
  });
};

/** The one mode that the flags ask for. Errors: `usage.bad-flag` when they ask for two. */
function modeOf(flags: Flags): DeployOptions['mode'] {
  const asked = (['canary', 'promote', 'resume', 'abort'] as const).filter((mode) => isSet(flags, mode));
  const [first, second] = asked;
  if (second === undefined) return first ?? 'full';
  throw new RelctlError('usage.bad-flag', `--${first} and --${second} exclude each other`, {
    why: 'One deployment goes one way.',
    hints: asked.map((mode) => `relctl deploy <id> --${mode}`),
  });
}
