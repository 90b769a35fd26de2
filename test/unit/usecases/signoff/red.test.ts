import { describe, expect, test } from 'vitest';
import { wholeCommands } from '../../../../src/text/whole-command.ts';
import { redChecks } from '../../../../src/usecases/signoff/red.ts';

const checks = (red: number) =>
  Array.from({ length: red + 2 }, (_, at) => ({ name: `check ${at}`, ok: at >= red, detail: `what ${at} found` }));

describe('a sign-off that is refused', () => {
  test.each([2, 3, 4])('names %i red checks in its first line, and lists as many as it announces', (red) => {
    const { message, found } = redChecks(checks(red));
    expect(found).toHaveLength(Number(/^(\d+) checks are red: /.exec(message)?.[1]));
    for (const { text, detail } of found) {
      expect(message).toContain(text);
      expect(detail).toMatch(/^what \d found$/);
    }
  });

  test('says what is wrong with the only one in the sentence', () => {
    expect(redChecks(checks(1))).toMatchObject({ message: 'a check is red: check 0 (what 0 found)', found: [] });
  });

  test.each([
    [
      ['signoff', 'qa', 'x', '--junit', 'reports/**/*.xml', '--passed', 'WAL-1', '--failed', 'WAL-2=shot.png'],
      `relctl signoff qa x --junit 'reports/**/*.xml' --passed WAL-1 --failed WAL-2=shot.png --decision reject --comment "<what is wrong>"`,
    ],
    [
      ['signoff', 'ops', 'x', '--drill', 'Slow', '--decision', 'pass', '--comment', 'fine', '--as', 'omar@example.com'],
      'relctl signoff ops x --drill Slow --as omar@example.com --decision reject --comment "<what is wrong>"',
    ],
  ])('is rejected instead by what was typed: %j', (typed, expected) => {
    const { hints, message } = redChecks(checks(2));
    expect(wholeCommands(hints, typed, message)).toEqual([expected]);
  });
});
