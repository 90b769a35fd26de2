import { describe, expect, it } from 'vitest';
import { aFewAtATime } from '../../../../src/usecases/slo/a-few-at-a-time.ts';

describe('a few at a time', () => {
  it('does each once, never more than so many together, and keeps the order', async () => {
    let [now, most] = [0, 0];
    const done = await aFewAtATime([5, 1, 4, 2, 3, 0], 2, async (one) => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < one; turn += 1) await Promise.resolve();
      now -= 1;
      return one * 10;
    });
    expect(done).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(2);
  });

  it('fails as the first that fails does', async () => {
    const failing = aFewAtATime([1, 2, 3], 2, async (one) => {
      if (one === 2) throw new Error('two');
      return one;
    });
    await expect(failing).rejects.toThrow('two');
    expect(await aFewAtATime([], 4, async () => 1)).toEqual([]);
  });
});
