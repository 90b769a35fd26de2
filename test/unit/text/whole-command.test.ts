import { describe, expect, it } from 'vitest';
import { wholeCommands } from '../../../src/text/whole-command.ts';

const whole = (typed: string, hints: readonly string[], said = '') => wholeCommands(hints, typed.split(' '), said);

describe('a hint that is only a flag', () => {
  it.each([
    ['init --platform sandbx', ['--platform sandbox'], ['relctl init --platform sandbox']],
    ['init --platform=sandbx --yes', ['--platform sandbox'], ['relctl init --yes --platform sandbox']],
    [
      'signoff qa r',
      ['--decision reject', '--decision pass'],
      ['relctl signoff qa r --decision reject', 'relctl signoff qa r --decision pass'],
    ],
    ['rollback --json r', ['--confirm'], ['relctl rollback r --confirm']],
    ['plan r --feature a&b', ["--base 'x y'"], ["relctl plan r --feature 'a&b' --base 'x y'"]],
  ])('stands in what was typed: %s', (typed, hints, shown) => {
    expect(whole(typed, hints)).toEqual(shown);
  });

  it('names the release that was meant, in what was typed', () => {
    const said = 'there is no release 2026-walet (releases/2026-walet.yaml)';
    expect(whole('deploy 2026-walet --canary --json', ['did you mean 2026-wallet?'], said)).toEqual([
      'relctl deploy 2026-wallet --canary',
    ]);
    expect(
      whole('deploy 2026-walet --canary', ['did you mean 2026-wallet?'], 'there is no release 2026-walet'),
    ).toEqual(['relctl deploy 2026-wallet --canary']);
    const path = '"releases/2026-wallet.yaml" is no release id';
    expect(whole('status releases/2026-wallet.yaml', ['did you mean 2026-wallet?'], path)).toEqual([
      'relctl status 2026-wallet',
    ]);
    expect(whole('list', ['did you mean 2026-wallet?'], said)).toEqual(['did you mean 2026-wallet?']);
  });

  it('leaves what else was given for the same flag', () => {
    const typed = 'signoff qa r --passed A-1 --passed A-9 --decision pass';
    expect(whole(typed, ['--passed A-2'], 'the plan has no test "A-9"')).toEqual([
      'relctl signoff qa r --passed A-1 --decision pass --passed A-2',
    ]);
  });

  it('does not keep what it says the contrary of', () => {
    const typed = ['review', 'r', '--debt', 'a; b', '--outcome', 'success', '--debt=c'];
    expect(wholeCommands(['--no-debt   where none was created'], typed, 'the debt "a; b" has no owner')).toEqual([
      'relctl review r --outcome success --no-debt   where none was created',
    ]);
  });

  it('gives once what it repeats, whatever the message names', () => {
    const typed = 'plan r --branch a --branch b --feature x';
    expect(whole(typed, ['--feature x --branch a --branch b'], '“the owner of a”')).toEqual([
      'relctl plan r --feature x --branch a --branch b',
    ]);
  });

  it('does not take a flag inside a text for one to replace', () => {
    expect(whole('review r --base x', ["--debt 'drop --base now'"])).toEqual([
      "relctl review r --base x --debt 'drop --base now'",
    ]);
  });

  it('keeps what is said of it', () => {
    expect(
      whole('signoff condition r --condition nope', ['--condition d4   load test', '--condition e5   alert']),
    ).toEqual([
      'relctl signoff condition r --condition d4   load test',
      'relctl signoff condition r --condition e5   alert',
    ]);
  });

  it('is one of many: the first is a command', () => {
    const hints = ['a', 'b', 'c', 'd'].map((name) => `--drill ${name}`);
    expect(whole('signoff ops r', hints)).toEqual(['relctl signoff ops r --drill a', ...hints.slice(1)]);
  });
});

it('leaves every other hint as it is', () => {
  const hints = ['relctl status r', 'or Europe/Berlin, UTC', 'git fetch --all'];
  expect(whole('plan r', hints)).toEqual(hints);
});
