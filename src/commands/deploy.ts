import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { type DeployOptions, deploy } from '../usecases/deploy.ts';
import { previewDeploy } from '../usecases/deployment/preview.ts';
import { handOver } from '../usecases/runner/hand-over.ts';
import { argument, type CommandAction, type Flags, given, isSet, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const mode = modeOf(flags);
  if (mode === 'dryRun') return previewDeploy(await invocation.context(), argument(invocation, 0));
  const context = await invocation.context({ sharesRecords: 'real' });
  const options = {
    ...given(flags, 'exception'),
    ...given(flags, 'reason'),
    takeOver: isSet(flags, 'takeOver'),
    ...(isSet(flags, 'acceptLowTraffic') ? { acceptLowTraffic: true } : {}),
  };
  const found = { ran: listed(flags, 'ran'), notRun: listed(flags, 'notRun') };
  const { runner } = given(flags, 'runner');
  if (runner !== undefined) {
    return handOver(context, runner, argument(invocation, 0), { mode, options: { ...options, ...found } });
  }
  return deploy(context, argument(invocation, 0), { mode, ...options, found });
};

/** The one mode that the flags ask for. Errors: `usage.bad-flag` when they ask for two. */
function modeOf(flags: Flags): DeployOptions['mode'] | 'dryRun' {
  const asked = (['canary', 'promote', 'resume', 'abort', 'dryRun'] as const).filter((mode) => isSet(flags, mode));
  const [first, second] = asked;
  if (second === undefined) return first ?? 'full';
  const names = asked.map((mode) => (mode === 'dryRun' ? 'dry-run' : mode));
  throw new RelctlError('usage.bad-flag', `--${names[0]} and --${names[1]} exclude each other`, {
    why: 'A deployment does one of the two.',
    hints: names.map((name) => command`relctl deploy <id> --${name}`),
  });
}
