import { describe, expect, it } from 'vitest';
import { keepWhile } from '../../../../src/usecases/cluster/keep-while.ts';

/** A clock that moves by hand: each tick ends the sleep at hand. */
function handClock() {
  let wake: () => void = () => undefined;
  const slept: number[] = [];
  return {
    slept,
    clock: {
      now: () => 0,
      sleep: (milliseconds: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          slept.push(milliseconds);
          wake = resolve;
          signal?.addEventListener('abort', () => resolve());
        }),
    },
    async tick() {
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('keepWhile', () => {
  it('keeps again and again until there is an answer, and not after', async () => {
    const { clock, slept, tick } = handClock();
    let kept = 0;
    let answer: (value: string) => void = () => undefined;
    const answered = keepWhile(
      clock,
      500,
      async () => {
        kept += 1;
      },
      () => new Promise<string>((resolve) => (answer = resolve)),
    );
    await tick();
    await tick();
    expect(kept).toBe(2);
    answer('yes');
    expect(await answered).toBe('yes');
    await tick();
    expect(kept).toBe(2);
    expect(slept).toEqual([500, 500, 500]);
  });

  it('is not ended by a keeping that fails, and ends with the thinking that does', async () => {
    const { clock, tick } = handClock();
    let tried = 0;
    let fail: (error: Error) => void = () => undefined;
    const answered = keepWhile(
      clock,
      500,
      async () => {
        tried += 1;
        throw new Error('unreachable');
      },
      () => new Promise<never>((_, reject) => (fail = reject)),
    );
    await tick();
    await tick();
    expect(tried).toBe(2);
    fail(new Error('interrupted'));
    await expect(answered).rejects.toThrow('interrupted');
  });
});
