import type { Clock } from '../../ports/clock.ts';
import { advanceWorld } from './advance.ts';
import type { World } from './world.ts';

/** A clock that stands still until somebody sleeps, and then goes at once. */
export interface SandboxClock extends Clock {
  /** Moves to a time (milliseconds since the epoch); a time in the past changes nothing. */
  advanceTo(time: number): void;
}

/** The clock of the simulated company. To sleep moves the whole world; two who sleep at once wake together. */
export function createSandboxClock(world: World): SandboxClock {
  const advanceTo = (time: number): void => {
    if (time > world.read().now) world.change((state) => advanceWorld(state, time));
  };
  return {
    now: () => world.read().now,
    async sleep(milliseconds, signal) {
      if (signal?.aborted) return;
      const wake = world.read().now + Math.max(0, milliseconds);
      // A turn of the event loop, so that others see the moment before, and Ctrl-C arrives.
      await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) advanceTo(wake);
    },
    advanceTo,
  };
}
