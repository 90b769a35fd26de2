import { formatMoment, windowSpan } from '../../domain/calendar.ts';
import { RelctlError } from '../../domain/errors.ts';
import type { ReleaseState } from '../../domain/state.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Context } from '../context.ts';
import type { Journal } from '../journal.ts';

/** Ends the work at hand when the person has interrupted: it stands as it is. Errors: `answer.interrupted`. */
export function stopIfInterrupted(context: Context): void {
  if (!context.interruption.signal.aborted) return;
  throw new RelctlError('answer.interrupted', 'interrupted', {
    why: 'What was begun stands as it is; nothing is promoted without you.',
    hints: ['relctl list'],
  });
}

/**
 * Asks the person who interrupted a watch what to do. Without a terminal production is held.
 * @throws RelctlError `pending.person` to hold, `canary.aborted` to roll back
 */
export async function chooseOnInterrupt(context: Context, journal: Journal): Promise<void> {
  if (!context.interruption.signal.aborted) return;
  const { id } = journal.plan;
  const choice = context.prompter.interactive
    ? await context.prompter.select({
        message: 'The canary is being watched. What now?',
        flag: '--abort',
        choices: [
          { value: 'hold', label: 'Hold', hint: 'the canary keeps its share, nothing is promoted, relctl ends' },
          { value: 'abort', label: 'Abort', hint: 'take the canary out of production now' },
          { value: 'continue', label: 'Go on watching' },
        ],
        default: 'hold',
      })
    : 'hold';
  if (choice === 'hold') throw held(journal);
  context.interruption.clear();
  if (choice === 'continue') return;
  throw new RelctlError('canary.aborted', 'the canary was aborted by hand', {
    why: 'Whoever watched it saw something that the judge did not.',
    hints: [`relctl status ${id}`],
  });
}

/** What is so while production is held: nothing failed, and a person has to go on. */
function held({ plan, state }: Journal): RelctlError {
  const { id, spec } = plan;
  const end = formatMoment(windowSpan(spec.window).end, spec.window.timeZone);
  return new RelctlError('pending.person', `held: ${whatStands(spec, state)}`, {
    why: `Nothing is being changed. If nobody returns it stays so: it is neither promoted nor taken back, and no other release is deployed there. After ${end}, when the change window ends, promoting it takes a reason (--exception).`,
    hints: [`relctl deploy ${id} --resume`, `relctl deploy ${id} --abort`],
  });
}

function whatStands({ canary }: Spec, { deployment }: ReleaseState): string {
  if (deployment?.promoted === true) return 'the regions that run the candidate keep it, and no other region follows';
  if (canary.strategy === 'region') return `the canary stays as it is, in ${canary.region ?? 'its region'}`;
  return `the canary stays as it is, at ${canary.share} of production`;
}
