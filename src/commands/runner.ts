import type { Outcome } from '../domain/outcome/outcome.ts';
import { SCHEDULED, type Scheduled } from '../domain/runner/schedule.ts';
import { readWork } from '../domain/runner/work-text.ts';
import { RelctlError } from '../errors.ts';
import { missingId } from '../program/missing-id.ts';
import { command } from '../text/command-line.ts';
import { deploy } from '../usecases/deploy.ts';
import { hypercare } from '../usecases/hypercare.ts';
import type { Context } from '../usecases/release/context.ts';
import { remind } from '../usecases/remind.ts';
import { alreadyOver, orInterrupted, patiently, whatIsLeft } from '../usecases/runner/carry-on.ts';
import { answerOfAll, dueReleases, toEach } from '../usecases/runner/due.ts';
import { handOver } from '../usecases/runner/hand-over.ts';
import { takeUp } from '../usecases/runner/take-up.ts';
import { runner, schedule } from '../usecases/runner.ts';
import { success } from '../usecases/success.ts';
import { type CommandAction, given, type Invocation, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  if (isSet(flags, 'carry')) return carry(invocation);
  const { due: name } = given(flags, 'due');
  if (name !== undefined) return due(invocation, name);
  const context = await invocation.observing();
  return isSet(flags, 'schedule') ? schedule(context) : runner(context);
};

/** How each is given; with a runner, a run that is dead is handed over to it. */
const DUE: Readonly<Record<Scheduled, (context: Context, id: string, runner?: string) => Promise<Outcome>>> = {
  hypercare: (context, id) => hypercare(context, id, { exit: false }),
  success: (context, id) => success(context, id, { values: [] }),
  remind,
  resume: (context, id, runner) => takeUp(context, id, () => goOn(context, id, runner)),
};

function goOn(context: Context, id: string, runner: string | undefined): Promise<Outcome> {
  const mode = 'resume';
  const reason = 'its process was dead';
  return runner === undefined
    ? deploy(context, id, { mode, reason, takeOver: false })
    : handOver(context, runner, id, { mode, options: { reason }, attach: false });
}

/** In the pod of a schedule: one command for each release that is due for it. */
async function due(invocation: Invocation, name: string): Promise<Outcome> {
  const what = SCHEDULED.find((one) => one === name);
  if (what === undefined) {
    throw new RelctlError('usage.bad-flag', `--due is "${name}", which no schedule gives`, {
      why: 'Nothing was done.',
      hints: SCHEDULED.map((one) => command`--due ${one}`),
    });
  }
  const { runner } = given(invocation.flags, 'runner');
  const { clock, enter } = await invocation.pod();
  return patiently({ clock, sink: invocation.sink }, async () => {
    const context = await enter(undefined);
    return answerOfAll(what, await toEach(await dueReleases(context, what), (id) => DUE[what](context, id, runner)));
  });
}

/** In the pod of a runner: what is left of the work that was handed over is done as `relctl deploy` does it. */
async function carry(invocation: Invocation): Promise<Outcome> {
  const [id] = invocation.args;
  if (id === undefined) throw missingId('runner --carry');
  const { clock, enter, work: text } = await invocation.pod();
  const work = readWork(text);
  return patiently({ clock, sink: invocation.sink }, async () => {
    const context = await enter(work.commit);
    const mode = await whatIsLeft(context, id, work);
    if (mode === 'over') return alreadyOver(context, id);
    const { takeOver = false, ran = [], notRun = [], exception, reason, acceptLowTraffic } = work.options;
    const options = {
      mode,
      takeOver,
      found: { ran, notRun },
      ...(exception === undefined ? {} : { exception }),
      ...(reason === undefined ? {} : { reason }),
      ...(acceptLowTraffic === undefined ? {} : { acceptLowTraffic }),
    };
    return orInterrupted(context, () => deploy(context, id, options));
  });
}
