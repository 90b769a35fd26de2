import { init } from '../usecases/init.ts';
import { type CommandAction, given, isSet } from './command.ts';
import { ownersOf } from './owners.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const { repository, workspace, ownPackage, observersOf, keptIn } = await invocation.ground();
  const localTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return init(
    {
      repository,
      workspace,
      prompter: invocation.prompter,
      localTimeZone,
      ownPackage: await ownPackage(),
      observersOf,
      keptIn,
    },
    {
      dryRun: isSet(flags, 'dryRun'),
      ...given(flags, 'platform'),
      ...given(flags, 'chart'),
      ...given(flags, 'timeZone'),
      ...given(flags, 'namespace'),
      ...given(flags, 'stagingContext'),
      ...given(flags, 'productionContext'),
      owners: ownersOf(flags),
    },
  );
};
