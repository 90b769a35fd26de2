import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { usageError } from '../../../src/program/usage-error.ts';

const said = (code: string, message: string, ...argv: string[]) => {
  const error = usageError(new CommanderError(1, code, `error: ${message}`), argv);
  return error && { code: error.code, message: error.message, hints: error.hints };
};

describe('usageError', () => {
  it('offers the command that was probably meant', () => {
    const message = "unknown command 'stauts'\n(Did you mean status?)";
    expect(said('commander.unknownCommand', message, 'stauts')).toEqual({
      code: 'usage.unknown-command',
      message: "unknown command 'stauts'",
      hints: ['relctl status', 'relctl --help'],
    });
  });

  it('offers the flag that was probably meant, with its command', () => {
    const message = "unknown option '--jnit'\n(Did you mean --junit?)";
    expect(said('commander.unknownOption', message, 'signoff', 'qa', 'x', '--jnit')?.hints).toEqual([
      'relctl signoff qa x --junit',
      'relctl signoff qa --help',
    ]);
  });

  it('shows the sign-offs that there are where another one is asked for', () => {
    expect(said('commander.unknownCommand', "unknown command 'nobody'", 'signoff', 'nobody', 'x')?.hints).toEqual([
      'relctl signoff --help',
    ]);
  });

  it('says where an id comes from that was left out', () => {
    const message = "missing required argument 'id'";
    expect(said('commander.missingArgument', message, 'stage')).toEqual({
      code: 'usage.missing-answer',
      message: 'relctl stage needs the id of a release',
      hints: ['relctl list', 'relctl stage --help'],
    });
    expect(said('commander.missingArgument', message, 'plan')?.hints[0]).toBe('relctl plan 2026-12-wallet-checkout');
  });

  it('shows a flag that lacks its value with it', () => {
    const message = "option '--reopen <reason>' argument missing";
    expect(said('commander.optionMissingArgument', message, 'plan', 'x', '--reopen')?.hints).toEqual([
      '--reopen "<reason>"',
      'relctl plan --help',
    ]);
  });

  it('leaves help alone', () => {
    expect(said('commander.help', '(outputHelp)')).toBeUndefined();
  });
});
