import { RelctlError } from '../../errors.ts';
import type { Reading } from '../../ports/metrics.ts';
import type { MeasuredDay, MeasuredSource } from '../../ports/success-source.ts';
import { reviewedOf } from '../binding/watched.ts';
import type { Context } from '../release/context.ts';
import { findProtectedBranch, signedProcesses } from '../signing/trust.ts';

type Reads = Pick<Context, 'environments' | 'repository' | 'signing' | 'workspace'>;

/**
 * The value of a day, as its source has it. A file that git keeps tells nothing where people sign, unless the protected branch has it so: whoever may
 * push could else write the success of a release into it, and it would be signed as measured.
 */
export async function readSource(context: Reads, source: MeasuredSource, day: MeasuredDay): Promise<Reading<number>> {
  const { environments } = context;
  if (source.kind !== 'csv' || environments.simulated) return environments.success.read(source, day);
  const branch = await unreviewedOn(context, source.file);
  if (branch === undefined) return environments.success.read(source, day);
  const detail = `${source.file} is not as ${branch} has it: merge it, or keep it out of git`;
  return { ok: false, noData: { reason: 'error', detail } };
}

/** The name of the protected branch where it does not have a file so that git keeps; `undefined` where nobody signs. */
async function unreviewedOn(context: Omit<Reads, 'environments'>, file: string): Promise<string | undefined> {
  const { protectedBranch } = await context.signing();
  const tip = await findProtectedBranch(protectedBranch);
  if (tip === undefined || (await signedProcesses(protectedBranch, tip.commit)).length === 0) return undefined;
  try {
    if ((await context.repository.modes([file])).size === 0) return undefined;
    return (await reviewedOf(context, tip.commit, [file])).has(file) ? undefined : tip.name;
  } catch (error) {
    if (error instanceof RelctlError) return tip.name;
    throw error;
  }
}
