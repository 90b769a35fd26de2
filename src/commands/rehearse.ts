import { rehearse } from '../usecases/rehearse.ts';
import { argument, type CommandAction, listed } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { openRehearsal } = await import('../composition/sandbox.ts');
  const id = argument(invocation, 0);
  const context = await invocation.context();
  const plan = await context.store.load(id);
  const company = await openRehearsal(invocation, plan, context.programs);
  try {
    return await rehearse(context, plan, company, listed(invocation.flags, 'fault'));
  } finally {
    await company.close();
  }
};
