import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { plan } from '../usecases/plan.ts';
import type { PlanOptions } from '../usecases/planning/ask/options.ts';
import { checkRelease } from '../usecases/planning/check/check-release.ts';
import { reopen } from '../usecases/planning/revise/reopen.ts';
import { argument, type CommandAction, type Flags, given, isSet, listed } from './command.ts';
import { ownersOf } from './owners.ts';

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const id = argument(invocation, 0);
  const { reopen: reason } = given(flags, 'reopen');
  if (isSet(flags, 'check')) {
    refuseOthers(flags, 'check');
    return checkRelease(await invocation.context(), id);
  }
  if (reason !== undefined) {
    refuseOthers(flags, 'reopen');
    return reopen(await invocation.context(), id, reason);
  }
  return plan(await invocation.context(), id, optionsOf(flags));
};

function optionsOf(flags: Flags): PlanOptions {
  return {
    ...given(flags, 'feature'),
    ...given(flags, 'base'),
    ...given(flags, 'candidate'),
    ...given(flags, 'window'),
    ...given(flags, 'timeZone'),
    ...given(flags, 'exception'),
    branches: listed(flags, 'branch'),
    images: listed(flags, 'image'),
    owners: ownersOf(flags),
  };
}

/** Flags that change a plan, which `--check` does not and `--reopen` does not yet. */
const CHANGES = ['feature', 'base', 'branch', 'candidate', 'window', 'timeZone', 'image', 'exception'];

function refuseOthers(flags: Flags, mode: 'check' | 'reopen'): void {
  const other = ['check', 'reopen', ...CHANGES].find((name) => name !== mode && flags[name] !== undefined);
  if (other === undefined) return;
  const flag = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new RelctlError('usage.bad-flag', `--${mode} and ${flag} exclude each other`, {
    why: mode === 'check' ? 'A check changes nothing.' : 'A plan is first made a draft again, then changed.',
    hints: [
      mode === 'check' ? 'relctl plan <id> --check' : 'relctl plan <id> --reopen "<reason>"',
      command`relctl plan <id> ${flag} …`,
    ],
  });
}
