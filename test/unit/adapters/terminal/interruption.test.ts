import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { createInterruption, takeKeys } from '../../../../src/adapters/terminal/interruption.ts';

/** A terminal that notes its mode, and a process that notes its signals. */
function terminal() {
  const modes: boolean[] = [];
  const signals: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void modes.push(raw),
    resume: () => undefined,
    pause: () => undefined,
  });
  const self = Object.assign(new EventEmitter(), { pid: 7, kill: (_: number, signal: string) => signals.push(signal) });
  let interrupts = 0;
  const give = takeKeys(stdin as never, () => (interrupts += 1), self as never);
  return { stdin, self, modes, signals, give, interrupts: () => interrupts };
}

it('listens to a signal of the process once, however many look at it, and tells all of them', () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGCONT'] as const;
  const counted = () => signals.map((one) => process.listenerCount(one));
  const before = counted();
  const many = Array.from({ length: 30 }, createInterruption);
  const looks = many.map(({ signal }) => signal);
  expect(counted().map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1, 1]);
  process.emit('SIGINT');
  expect(looks.every(({ aborted }) => aborted)).toBe(true);
  process.emit('SIGCONT');
  expect(many.map(({ wakes }) => wakes?.())).toEqual(looks.map(() => 1));
  expect(createInterruption().wakes?.()).toBe(0);
});

it.each([['q'], ['Q'], ['\u0003']])('takes %j for an interruption, without Return', (key) => {
  const { stdin, give, interrupts, modes } = terminal();
  stdin.emit('data', key);
  give();
  stdin.emit('data', key);
  expect(interrupts()).toBe(1);
  expect(modes).toEqual([true, false]);
});

it('suspends at Ctrl-Z with the terminal as it was, and takes keys again when it goes on', () => {
  const { stdin, self, give, modes, signals, interrupts } = terminal();
  stdin.emit('data', '\u001a');
  expect(signals).toEqual(['SIGTSTP']);
  expect(modes).toEqual([true, false]);
  self.emit('SIGCONT');
  expect(modes).toEqual([true, false, true]);
  stdin.emit('data', '\u001a');
  give();
  self.emit('SIGCONT');
  // Who no longer takes keys leaves the terminal alone.
  expect(modes.at(-1)).toBe(false);
  expect(interrupts()).toBe(0);
});
