import { isSummary } from '../../domain/history/release-summary.ts';
import { isEndClaimed } from '../../domain/history/state.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { PROCESS } from '../../domain/process/process.ts';
import type { Scheduled } from '../../domain/runner/schedule.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { plural } from '../../text/plural.ts';
import type { ReadingContext } from '../release/context.ts';
import { openRelease } from '../release/open.ts';

/** In which phases a release is due for what a schedule gives. People have something to answer until it is deployed. */
const DUE: Readonly<Record<Scheduled, readonly Phase[]>> = {
  hypercare: PROCESS.hypercare.phases,
  success: PROCESS.success.phases,
  remind: ['submitted', 'approved', 'staged', 'ready'],
  resume: PROCESS['deploy --resume'].phases,
};

/** For so long after it began a deployment is looked at that is said to be over: whoever may write can record an end. */
const LOOKED_AT_MS = 14 * 86_400_000;

/** Ids of the releases that are due; a plan that cannot be read is its owner's trouble, which `relctl list` names. */
export async function dueReleases(context: ReadingContext, what: Scheduled): Promise<readonly string[]> {
  const due: string[] = [];
  for (const { id, phase, work, begunAt } of (await context.store.summaries()).filter(isSummary)) {
    if (DUE[what].includes(phase) || (what === 'resume' && work !== undefined)) due.push(id);
    else if (what !== 'remind' && begunAt !== undefined && (await isDueAsProved(context, id, what, begunAt)))
      due.push(id);
  }
  return due;
}

/** A summary goes by every event: one that nobody signed may say that a release is closed, which then would not be watched any more. */
async function isDueAsProved(
  context: ReadingContext,
  id: string,
  what: Exclude<Scheduled, 'remind'>,
  begunAt: string,
): Promise<boolean> {
  if (context.clock.now() - timeOf(begunAt) > LOOKED_AT_MS) return false;
  try {
    const { state } = (await openRelease(context, id, { others: false })).journal;
    return DUE[what].includes(state.phase) || (what === 'resume' && isEndClaimed(state));
  } catch (error) {
    // Its own turn tells why it does not read.
    if (error instanceof RelctlError) return true;
    throw error;
  }
}

/** What one release answered. */
export type Told = { readonly id: string } & ({ readonly outcome: Outcome } | { readonly error: RelctlError });

/** Gives a command to each release in turn; the trouble of one keeps no other waiting. Errors: bugs. */
export async function toEach(ids: readonly string[], give: (id: string) => Promise<Outcome>): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (const id of ids) {
    try {
      told.push({ id, outcome: await give(id) });
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      told.push({ id, error });
    }
  }
  return told;
}

/** All answers in one; it failed where one did, so that the Job of the schedule shows it. What is pending is as it should be. */
export function answerOfAll(what: Scheduled, told: readonly Told[]): Outcome {
  const failed = told.filter((one) =>
    'error' in one ? one.error.kind !== 'pending' : one.outcome.result === 'failed',
  );
  return {
    result: failed.length === 0 ? 'done' : 'failed',
    headline: `${what}: ${plural(told.length, 'release')} due${failed.length === 0 ? '' : `, ${failed.length} not well`}`,
    blocks: [
      {
        kind: 'checks',
        checks: told.map((one) => ({
          state: failed.includes(one) ? ('failed' as const) : ('ok' as const),
          text: `${one.id}: ${'error' in one ? `${one.error.code}: ${one.error.message}` : one.outcome.headline}`,
        })),
      },
    ],
    data: {
      due: told.map((one) =>
        'error' in one
          ? { release: one.id, code: one.error.code, message: one.error.message }
          : { release: one.id, result: one.outcome.result, headline: one.outcome.headline },
      ),
    },
  };
}
