import { type Refusal, refuse } from '../../domain/gates/gate.ts';
import { isAmong, personOf } from '../../domain/people/people.ts';
import type { ProcessCommand } from '../../domain/process/process.ts';
import type { NextAct } from '../../domain/runner/next-act.ts';
import type { Policy } from '../../plan/policy.ts';
import type { HandedOptions } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { SigningGround } from '../release/context.ts';
import { findProtectedBranch, loginsAt } from '../signing/trust.ts';

/** Who asked for a run of a workflow, as far as the forge and the protected branch can tell. */
export interface Asked {
  /** Who is said to have handed it over: a word of whoever started the workflow. */
  readonly askedBy: string | undefined;
  /** The login that started it, as the forge says. */
  readonly login: string;
  /** Which login is which person on the protected branch; `undefined` where that is written nowhere. */
  readonly people: ReadonlyMap<string, string> | undefined;
}

/** What is asked to be done, and whether the policy lets a machine do it by itself. */
interface HandedWork {
  readonly act: NextAct;
  readonly options: HandedOptions;
  readonly isLeftToMachines: boolean;
}

/** Which person each login of the forge is, as the protected branch has it. */
export async function loginsOf(
  { protectedBranch }: SigningGround,
  policy: Policy,
): Promise<ReadonlyMap<string, string> | undefined> {
  const tip = await findProtectedBranch(protectedBranch);
  return tip === undefined ? undefined : loginsAt(protectedBranch, tip.commit, policy);
}

/**
 * Why a run of a workflow is not of the person that it names: whoever may push may start one, with any words. A workflow of the forge itself, such
 * as the schedule, has no person: it only goes on where a machine may by itself, since whoever may push can start one in its name.
 */
export function askerRefusal(
  { askedBy, login, people }: Asked,
  policy: Pick<Policy, 'aliases' | 'machines'>,
  { process, release }: { readonly process: ProcessCommand; readonly release: string },
  { act, options, isLeftToMachines }: HandedWork,
): Refusal | undefined {
  if (people === undefined) return undefined;
  const person = people.get(login.toLowerCase());
  const isSame =
    person !== undefined && askedBy !== undefined && personOf(policy, person) === personOf(policy, askedBy);
  if (isSame) return undefined;
  const { ran = [], notRun = [], exception, acceptLowTraffic, takeOver } = options;
  const decides =
    ran.length + notRun.length > 0 || exception !== undefined || acceptLowTraffic === true || takeOver === true;
  const isSchedule = login.endsWith('[bot]') && askedBy !== undefined && isAmong(policy.machines, askedBy);
  const goesOn = isSchedule && act === 'resume' && !decides;
  if (goesOn && isLeftToMachines) return undefined;
  if (goesOn) {
    return refuse(
      'role.allowed',
      'no machine goes on with this release by itself: a person or something in production has stopped it, or the policy leaves dead runs to people (deadRuns)',
      { who: [], command: command`relctl ${process.split(' ')} ${release}` },
    );
  }
  return refuse(
    'role.allowed',
    `the login ${login} started this run, which is ${person ?? 'nobody whom the protected branch knows'}, and it says that ${askedBy ?? 'nobody'} handed it over`,
    { who: askedBy === undefined ? [] : [askedBy], command: command`relctl ${process.split(' ')} ${release}` },
  );
}
