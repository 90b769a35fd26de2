import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { formatMoment, windowSpan } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Journal } from '../release/journal.ts';
import { keepWhile } from './keep-while.ts';
import { keepLock } from './lock.ts';
import type { Run } from './run.ts';

/** How often the locks are looked after while a person thinks; they are renewed when a third of their time is over. */
const KEEP_MS = 1000;

/** Ends the work at hand when the person has interrupted: it stands as it is. Errors: `answer.interrupted`. */
export function stopIfInterrupted(context: Pick<Context, 'interruption'>): void {
  if (!context.interruption.signal.aborted) return;
  throw new RelctlError('answer.interrupted', 'interrupted', {
    why: 'What was started stays as it is; nothing is promoted without you.',
    hints: ['relctl list'],
  });
}

/**
 * Asks the person who interrupted a watch what to do. Without a terminal production is held.
 * @throws RelctlError `pending.person` to hold, `canary.aborted` to roll back
 */
export async function chooseOnInterrupt(run: Run): Promise<void> {
  const { context } = run;
  const { journal } = run.release;
  if (!context.interruption.signal.aborted) return;
  const { id } = journal.plan;
  const choice = context.prompter.interactive ? await askHolding(run) : 'hold';
  if (choice === 'hold') throw held(journal);
  context.interruption.clear();
  if (choice === 'continue') return;
  throw new RelctlError('canary.aborted', 'the canary was aborted by hand', {
    why: 'The person who watched it saw something that the judge did not.',
    hints: [command`relctl status ${id}`],
  });
}

/** Asks while the environment stays ours. Whoever interrupts the question itself wants to leave: that is to hold. */
async function askHolding({ context, locks }: Run): Promise<'hold' | 'abort' | 'continue'> {
  const ask = () =>
    context.prompter.select({
      message: 'The canary is still being watched. What do you want to do?',
      flag: '--abort',
      choices: [
        { value: 'hold', label: 'Hold', hint: 'the canary keeps its share, nothing is promoted, relctl ends' },
        { value: 'abort', label: 'Abort', hint: 'remove the canary from production now' },
        { value: 'continue', label: 'Go on watching' },
      ],
      default: 'hold',
    });
  const keep = async () => {
    for (const lock of locks.values()) await keepLock(context, lock);
  };
  try {
    // A virtual clock stands still while a person thinks.
    return await (context.environments.simulated ? ask() : keepWhile(context.clock, KEEP_MS, keep, ask));
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'answer.interrupted') return 'hold';
    throw error;
  }
}

/** What is so while production is held: nothing failed, and a person has to go on. */
function held({ plan, state }: Journal): RelctlError {
  const { id, spec } = plan;
  const stops = state.deployment?.started.data.stopsAtVerdict === true;
  const end = formatMoment(windowSpan(spec.window).end, spec.window.timeZone);
  return new RelctlError('pending.person', `held: ${whatStands(spec, state)}`, {
    why: `Nothing is being changed. It stays like this until somebody acts: it is neither promoted nor rolled back, and no other release can be deployed there. --resume continues watching and ${stops ? 'stops after the verdict' : 'promotes it if it passes'}. After ${end}, when the change window ends, promoting it needs a reason (--exception).`,
    hints: [command`relctl deploy ${id} --resume`, command`relctl deploy ${id} --abort`],
  });
}

function whatStands(spec: Spec, { deployment }: ReleaseState): string {
  if (deployment?.promoted === true) return 'the regions that run the candidate keep it, and no other region follows';
  return strategyOf(spec).standing(spec.canary);
}
