import { init } from '../usecases/init.ts';
import { type CommandAction, given, isSet, listed } from './command.ts';

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
      owners: {
        ...given(flags, 'productManager'),
        ...given(flags, 'rdLead'),
        operations: listed(flags, 'operations'),
        qa: listed(flags, 'qa'),
        cab: listed(flags, 'cab'),
        informed: listed(flags, 'informed'),
      },
    },
  );
};
