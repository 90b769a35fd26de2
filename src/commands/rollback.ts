import { rollback } from '../usecases/rollback.ts';
import { argument, type CommandAction, given, isSet, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const context = await invocation.context({ sharesRecords: 'real' });
  return rollback(context, argument(invocation, 0), {
    ...given(flags, 'reason'),
    ...(isSet(flags, 'confirm') ? { confirmed: true } : {}),
    takeOver: isSet(flags, 'takeOver'),
    ...given(flags, 'handChanges'),
    found: { ran: listed(flags, 'ran'), notRun: listed(flags, 'notRun') },
    acceptUnhealthy: isSet(flags, 'acceptUnhealthy'),
    acceptUnproven: isSet(flags, 'acceptUnproven'),
    pastPointOfNoReturn: isSet(flags, 'pastPointOfNoReturn'),
  });
};
