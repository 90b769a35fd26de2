import { signoffCab } from '../usecases/signoff-cab.ts';
import { answered, argument, type CommandAction, given, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  return signoffCab(await invocation.context(), argument(invocation, 0), {
    ...given(flags, 'decision'),
    ...given(flags, 'comment'),
    ...answered(flags, 'operationalReadiness'),
    ...answered(flags, 'securityReview'),
    ...answered(flags, 'impactAssessment'),
    conditions: listed(flags, 'condition'),
  });
};
