import { RelctlError } from '../domain/errors.ts';
import { hypercare } from '../usecases/hypercare.ts';
import { argument, type CommandAction, type Flags, given, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  return hypercare(await invocation.context(), argument(invocation, 0), {
    exit: isSet(flags, 'exit'),
    ...(isSet(flags, 'confirm') ? { confirmed: true } : {}),
    ...given(flags, 'note'),
    ...given(flags, 'reason'),
    ...given(flags, 'exception'),
    ...extension(flags),
  });
};

function extension(flags: Flags): { readonly extendHours?: number } {
  const { extend } = given(flags, 'extend');
  if (extend === undefined) return {};
  const hours = Number(extend.replace(/h$/, ''));
  if (Number.isFinite(hours) && hours > 0 && hours <= 24 * 30) return { extendHours: hours };
  throw new RelctlError('usage.bad-flag', `--extend is "${extend}", which is not a number of hours`, {
    why: 'Hypercare is extended by hours.',
    hints: ['--extend 24 --reason "<reason>"'],
  });
}
