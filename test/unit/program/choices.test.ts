import { describe, expect, it } from 'vitest';
import { checkChoices, choicesOf } from '../../../src/program/choices.ts';
import { ENTRIES } from '../../../src/program/entries.ts';

const flags = ENTRIES.flatMap(({ path, options = [] }) =>
  options
    .filter(([flag]) => choicesOf(flag).length > 0)
    .map(([flag]) => ({ path, flag, options, name: (flag.split(' ')[0] ?? '').slice(2) })),
);
const keyOf = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('a flag whose values are all named', () => {
  it.each(flags)('$path $flag takes these and no other, and is checked before the command begins', (one) => {
    for (const choice of choicesOf(one.flag)) {
      expect(() => checkChoices(one.options, { [keyOf(one.name)]: choice })).not.toThrow();
    }
    const [first = ''] = choicesOf(one.flag);
    let error: unknown;
    try {
      checkChoices(one.options, { [keyOf(one.name)]: `${first}x` });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'usage.bad-flag' });
    expect((error as { hints: string[] }).hints[0]).toBe(`--${one.name} ${first}`);
  });

  it('is one of each command that takes a decision', () => {
    expect(flags.map(({ path, name }) => `${path} --${name}`)).toEqual(
      expect.arrayContaining([
        'init --platform',
        'signoff cab --decision',
        'signoff qa --decision',
        'review --outcome',
      ]),
    );
  });
});
