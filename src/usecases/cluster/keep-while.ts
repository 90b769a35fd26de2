import type { Clock } from '../../ports/clock.ts';

/**
 * Does something again and again while a person thinks. That it fails is left to whoever does it next: the person is not
 * interrupted by it.
 * @param every milliseconds in between
 */
export async function keepWhile<T>(
  clock: Clock,
  every: number,
  keep: () => Promise<void>,
  thinking: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const keeping = (async () => {
    for (;;) {
      await clock.sleep(every, over.signal);
      if (over.signal.aborted) return;
      await keep().catch(() => undefined);
    }
  })();
  try {
    return await thinking();
  } finally {
    over.abort();
    await keeping;
  }
}
