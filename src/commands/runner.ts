import type { Outcome } from '../domain/outcome/outcome.ts';
import { deploy } from '../usecases/deploy.ts';
import { alreadyOver, patiently, whatIsLeft } from '../usecases/runner/carry-on.ts';
import { runner } from '../usecases/runner.ts';
import { argument, type CommandAction, type Invocation, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  if (isSet(flags, 'carry')) return carry(invocation);
  return runner(await invocation.observing());
};

/** In the pod of a runner: what is left of the work that was handed over is done as `relctl deploy` does it. */
async function carry(invocation: Invocation): Promise<Outcome> {
  const id = argument(invocation, 0);
  const { clock, enter } = await invocation.pod();
  return patiently({ clock, sink: invocation.sink }, async () => {
    const { context, work } = await enter();
    const mode = await whatIsLeft(context, id, work);
    if (mode === 'over') return alreadyOver(context, id);
    const { takeOver = false, ran = [], notRun = [], exception, reason, acceptLowTraffic } = work.options;
    return deploy(context, id, {
      mode,
      takeOver,
      found: { ran, notRun },
      ...(exception === undefined ? {} : { exception }),
      ...(reason === undefined ? {} : { reason }),
      ...(acceptLowTraffic === undefined ? {} : { acceptLowTraffic }),
    });
  });
}
