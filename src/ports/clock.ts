/** Time, as use cases see it. No production variable can move it; tests and the sandbox give their own. */
export interface Clock {
  /** Now, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Waits.
   * @param milliseconds how long, in this clock's time
   * @param signal ends the wait early, without an error
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
