import type { EnvironmentName } from '../plan/config.ts';
import { manifests } from '../usecases/manifests.ts';
import { argument, type CommandAction, given } from './command.ts';

const ENVIRONMENTS: readonly EnvironmentName[] = ['staging', 'production'];

export const run: CommandAction = async (invocation) => {
  const { environment } = given(invocation.flags, 'environment');
  const { service } = given(invocation.flags, 'service');
  const { diff } = given(invocation.flags, 'diff');
  const chosen = ENVIRONMENTS.filter((one) => environment === undefined || one === environment);
  return manifests(await invocation.context(), argument(invocation, 0), {
    environments: chosen,
    ...(service === undefined ? {} : { service }),
    ...(diff === undefined ? {} : { base: diff }),
  });
};
