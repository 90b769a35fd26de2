import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemembered } from '../../../../src/adapters/fs/remembered.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-remembered-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes the length of a text, and counts how often it is asked to. */
function maker() {
  const made: string[] = [];
  return {
    made,
    from: (text: string) => async () => {
      made.push(text);
      return { length: text.length };
    },
  };
}

describe('what was made of a text', () => {
  it('is made once for one text, whoever asks, and again for another', async () => {
    const { made, from } = maker();
    for (const text of ['abc', 'abc', 'abcd', 'abcd', 'abc']) {
      const value = await createRemembered(folder, 'build')('a/b', text, from(text));
      expect(value).toEqual({ length: text.length });
    }
    expect(made).toEqual(['abc', 'abcd', 'abc']);
    expect(readdirSync(folder)).toEqual(['a%b.json']);
  });

  it('is not taken from another relctl', async () => {
    const { made, from } = maker();
    await createRemembered(folder, 'one')('a', 'abc', from('abc'));
    await createRemembered(folder, 'two')('a', 'abc', from('abc'));
    expect(made).toHaveLength(2);
  });

  it.each(['', '{', 'null', '[]', '{"key":1}', '{"value":{"length":99}}'])(
    'is made anew where memory holds %j',
    async (garbled) => {
      const { made, from } = maker();
      writeFileSync(join(folder, 'a.json'), garbled);
      expect(await createRemembered(folder, 'build')('a', 'abc', from('abc'))).toEqual({ length: 3 });
      expect(made).toHaveLength(1);
    },
  );

  it('is not remembered when making it failed, and the failure is told', async () => {
    const remembered = createRemembered(folder, 'build');
    const failing = remembered('a', 'abc', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made each time where it cannot be kept, and where it is not known which relctl this is', async () => {
    const { made, from } = maker();
    writeFileSync(join(folder, 'file'), '');
    for (const remembered of [createRemembered(join(folder, 'file'), 'build'), createRemembered(folder, undefined)]) {
      for (let time = 0; time < 2; time += 1) {
        expect(await remembered('a', 'abc', from('abc'))).toEqual({ length: 3 });
      }
    }
    expect(made).toHaveLength(4);
  });
});
