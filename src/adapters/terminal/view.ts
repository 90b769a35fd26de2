import type { EventSink } from '../../ports/event-sink.ts';

/** Shows what happens while a command works. */
export interface ProgressView extends EventSink {
  /**
   * Leaves the terminal to others: everything so far is drawn for good and the cursor is back. To be awaited before a
   * prompt and at the end. Later events are drawn below.
   */
  settle(): Promise<void>;
}
