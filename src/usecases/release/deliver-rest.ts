import { isForPrograms } from '../../domain/process/topics.ts';
import { RelctlError } from '../../errors.ts';
import type { Context } from './context.ts';
import { flushOutbox } from './notify.ts';
import { openRelease } from './open.ts';

/**
 * Sends what is in the outbox when a command ended: the events for programs of its last transition, or, after a refused one,
 * everything that a command before it did not live to send. The command does not fail by it: what was not taken goes out with
 * the next one.
 */
export async function deliverRest(context: Context, id: string, which: 'for programs' | 'all'): Promise<void> {
  try {
    const release = await openRelease(context, id, { others: false });
    // A message for people that was not taken just now is not tried again at once: that would double the wait, and may repeat it.
    await flushOutbox(context, release, which === 'all' ? () => true : isForPrograms);
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    // A plan that was refused before it was written has nobody to tell.
    if (error.code === 'plan.not-found') return;
    context.sink.emit({ type: 'note', level: 'warning', text: `not everybody was told: ${error.message}` });
  }
}
