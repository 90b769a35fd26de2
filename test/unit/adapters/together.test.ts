import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { together } from '../../../src/adapters/together.ts';

/** Notes what each call was asked for; a call ends when it is let go. */
function recorder(patience: number) {
  const calls: (readonly string[])[] = [];
  const doors: (() => void)[] = [];
  const ask = together<string>(async (keys) => {
    calls.push(keys);
    const number = calls.length;
    await new Promise<void>((resolve) => doors.push(resolve));
    return async (key) => `${key} from call ${number}`;
  }, patience);
  const begun = async (count: number) => {
    while (calls.length < count) await delay(1);
  };
  return { calls, ask, begun, letGo: (index: number) => doors[index]?.() };
}

const LONG = 60_000;

describe('together', () => {
  it('asks once for what is asked in one turn, each key once', async () => {
    const { calls, ask, begun, letGo } = recorder(LONG);
    const answers = Promise.all([ask('a'), ask('b'), ask('a')]);
    await begun(1);
    letGo(0);
    expect(await answers).toEqual(['a from call 1', 'b from call 1', 'a from call 1']);
    expect(calls).toEqual([['a', 'b']]);
  });

  it('never answers from a call that began before the question', async () => {
    const { calls, ask, begun, letGo } = recorder(LONG);
    const early = ask('a');
    await begun(1);
    const late = ask('a');
    letGo(0);
    expect(await early).toBe('a from call 1');
    await begun(2);
    letGo(1);
    expect(await late).toBe('a from call 2');
    expect(calls).toEqual([['a'], ['a']]);
  });

  it('gathers what is asked while a call is at work', async () => {
    const { calls, ask, begun, letGo } = recorder(LONG);
    const first = ask('a');
    await begun(1);
    const others = [ask('b')];
    await delay(5);
    others.push(ask('c'));
    letGo(0);
    await first;
    await begun(2);
    letGo(1);
    expect(await Promise.all(others)).toEqual(['b from call 2', 'c from call 2']);
    expect(calls).toEqual([['a'], ['b', 'c']]);
  });

  it('does not wait for a call that hangs', async () => {
    const { ask, begun, letGo } = recorder(1);
    void ask('a');
    await begun(1);
    const late = ask('b');
    await begun(2);
    letGo(1);
    expect(await late).toBe('b from call 2');
  });

  it('tells a failure to those who asked, and goes on', async () => {
    let calls = 0;
    const ask = together<string>(async () => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return async (key) => key;
    });
    const failed = await Promise.allSettled([ask('a'), ask('b')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask('c')).toBe('c');
  });
});
