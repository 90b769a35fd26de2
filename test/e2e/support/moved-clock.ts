import { systemClock as real } from '../../../src/adapters/clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';

/** Says by how many milliseconds the clock of {@link buildMovedClockProgram}'s program is ahead of the machine's. */
export const AHEAD = 'TEST_CLOCK_AHEAD_MS';

const ahead = Number(process.env[AHEAD] ?? 0);

/** Stands in the place of the system's clock where a test has relctl run at another time; it ticks as that one does. */
export const systemClock: Clock = { now: () => real.now() + ahead, sleep: (...wait) => real.sleep(...wait) };
