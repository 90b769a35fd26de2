import { setTimeout as delay } from 'node:timers/promises';
import { RequestFailure } from './failure.ts';

const TRIES = 3;
/** A server that says when to come back is believed for longer; as often as client-go does. */
const TRIES_WHEN_TOLD = 10;
const LONGEST_MS = 10_000;

/** How often a request is tried, at most, that fails like this. */
export function triesFor(failure: RequestFailure): number {
  // What could not be sent within a whole deadline is not waited for again.
  if (failure.failure === 'unsent' && failure.cause !== undefined) return 1;
  return failure.retryAfter === undefined ? TRIES : TRIES_WHEN_TOLD;
}

/** Waits before another try: as long as the server said, or 0.2 s, 0.6 s, 1.8 s. */
export async function pauseAfter(tries: number, failure?: RequestFailure): Promise<void> {
  const told = failure?.retryAfter;
  await delay(Math.min(told ?? 200 * 3 ** Math.min(tries - 1, 3), LONGEST_MS));
}

const REPEATED: ReadonlySet<string> = new Set(['throttled', 'unsent', 'unknown']);

/** Asks again what only reads, where that may succeed next time; a deadline that passed is not waited for twice. */
export async function repeating<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RequestFailure) || !REPEATED.has(error.failure) || error.cause !== undefined) throw error;
      if (tries >= triesFor(error)) throw error;
      await pauseAfter(tries, error);
    }
  }
}
