import { RelctlError } from '../errors.ts';
import { type HypercareOptions, hypercare } from '../usecases/hypercare.ts';
import { argument, type CommandAction, type Flags, given, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  return hypercare(await invocation.context(), argument(invocation, 0), {
    exit: isSet(flags, 'exit'),
    watch: isSet(flags, 'watch'),
    ...(isSet(flags, 'confirm') ? { confirmed: true } : {}),
    ...given(flags, 'note'),
    ...given(flags, 'reason'),
    ...given(flags, 'exception'),
    ...given(flags, 'handOver'),
    ...incident(flags),
    ...extension(flags),
  });
};

/** `--severity` and `--resolved` say something about an incident, and nothing without one. */
function incident(flags: Flags): Pick<HypercareOptions, 'incident'> {
  const { incident: ref } = given(flags, 'incident');
  const resolved = isSet(flags, 'resolved');
  if (ref !== undefined) return { incident: { ref, resolved, ...given(flags, 'severity'), ...given(flags, 'note') } };
  if (!resolved && flags.severity === undefined) return {};
  throw new RelctlError('usage.bad-flag', `${resolved ? '--resolved' : '--severity'} is given without --incident`, {
    why: 'It describes an incident, so the incident must be named.',
    hints: ['--incident INC-12 --severity 2', '--incident INC-12 --resolved'],
  });
}

function extension(flags: Flags): { readonly extendHours?: number } {
  const { extend } = given(flags, 'extend');
  if (extend === undefined) return {};
  const hours = Number(extend.replace(/h$/, ''));
  if (Number.isFinite(hours) && hours > 0 && hours <= 24 * 30) return { extendHours: hours };
  throw new RelctlError('usage.bad-flag', `--extend is "${extend}", which is not a number of hours`, {
    why: 'Hypercare is extended by a number of hours.',
    hints: ['--extend 24 --reason "<reason>"'],
  });
}
