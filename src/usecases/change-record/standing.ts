import { correlationOf } from '../../domain/change-record/wanted.ts';
import type { GateFacts } from '../../domain/gates/gate.ts';
import { RelctlError } from '../../errors.ts';
import type { Context } from '../release/context.ts';
import type { Journal } from '../release/journal.ts';
import { believedLink } from './tell.ts';

/** The change record as its system has it now; what cannot be read is unknown, and unknown is not approved. */
export async function changeStanding(
  { changeRecords: records, config }: Pick<Context, 'changeRecords' | 'config'>,
  journal: Pick<Journal, 'plan' | 'state' | 'proves'>,
): Promise<NonNullable<GateFacts['change']>> {
  const settings = config.changeRecord;
  const { plan, state } = journal;
  if (records === undefined || settings === undefined) {
    return { unknown: 'the policy asks for a change record, and relctl.yaml names no changeRecord' };
  }
  try {
    const found = await records.find(
      correlationOf(plan.id, state.change.generation, settings),
      believedLink(journal)?.key,
    );
    const live = found.filter((one) => one.stage !== 'cancelled');
    if (live.length > 1) {
      return { unknown: `${live.map((one) => one.number).join(' and ')} are both the change record of this release` };
    }
    return live[0] ?? found[0] ?? { unknown: `${records.system} has no change record of this release` };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { unknown: error.message };
  }
}
