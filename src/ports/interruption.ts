/** Ctrl-C, as use cases see it: a signal that ends waits early, and can be taken back when the person chooses to go on. */
export interface Interruption {
  /** Aborted once the person has interrupted; a fresh one after {@link Interruption.clear}. */
  readonly signal: AbortSignal;
  clear(): void;
  /** How often the process was stopped, as Ctrl-Z does, and went on; 0 where nobody counts. */
  readonly wakes?: () => number;
  /** Where a person sits at a terminal: q interrupts as Ctrl-C does, until what is returned is called. */
  readonly takeKeys?: () => () => void;
}
