import { metrics } from '../usecases/metrics.ts';
import { type CommandAction, given, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const [reading, ground] = await Promise.all([invocation.reading(), invocation.ground()]);
  return metrics(
    { ...reading, repository: ground.repository },
    { ...given(flags, 'from'), ...given(flags, 'to'), ...given(flags, 'timeZone'), services: listed(flags, 'service') },
  );
};
