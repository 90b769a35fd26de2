import { RelctlError } from '../../domain/errors.ts';
import type { Context } from '../context.ts';

/** Ends the work at hand when the person has interrupted: it stands as it is. Errors: `answer.interrupted`. */
export function stopIfInterrupted(context: Context, id?: string): void {
  if (!context.interruption.signal.aborted) return;
  throw new RelctlError('answer.interrupted', 'interrupted', {
    why: 'What was begun stands as it is; nothing is promoted without you.',
    hints: id === undefined ? ['relctl list'] : [`relctl status ${id}`],
  });
}

/**
 * Asks the person who interrupted a bake what to do. Without a terminal the canary is held.
 * @throws RelctlError `answer.interrupted` to hold, `canary.aborted` to roll back
 */
export async function chooseOnInterrupt(context: Context, id: string): Promise<void> {
  if (!context.interruption.signal.aborted) return;
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
  if (choice === 'continue') {
    context.interruption.clear();
    return;
  }
  if (choice === 'abort') {
    context.interruption.clear();
    throw new RelctlError('canary.aborted', 'the canary was aborted by hand', {
      why: 'Whoever watched it saw something that the judge did not.',
      hints: [`relctl status ${id}`],
    });
  }
  stopIfInterrupted(context, id);
}
