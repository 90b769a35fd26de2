import { RelctlError } from '../domain/errors.ts';
import type { Context } from './context.ts';
import { flushOutbox } from './notify.ts';
import { openRelease } from './release.ts';

/**
 * Sends what a command left in the outbox when it ended, such as the events for programs of its last transition. A command that
 * is over does not fail by it: what was not taken goes out with the next one.
 */
export async function deliverRest(context: Context, id: string): Promise<void> {
  try {
    await flushOutbox(context, await openRelease(context, id, { others: false }));
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    context.sink.emit({ type: 'note', level: 'warning', text: `not everybody was told: ${error.message}` });
  }
}
