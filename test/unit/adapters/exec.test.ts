import { expect, test } from 'vitest';
import { exec } from '../../../src/adapters/exec.ts';

test('many programs at once add one listener to the process, and none when they have ended', async () => {
  const before = process.listenerCount('exit');
  const running = Array.from({ length: 12 }, () => exec('sleep', ['0.2'], { timeout: 10_000 }));
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 2);
  const ended = await Promise.all(running);
  expect(ended.every(({ exitCode }) => exitCode === 0)).toBe(true);
  expect(process.listenerCount('exit')).toBe(before);
});
