import type { CommanderError } from 'commander';
import { RelctlError } from '../errors.ts';

/**
 * A usage error with code and next command, from commander's. `undefined` when nothing was typed wrong and help is the
 * answer, as for `relctl` alone.
 */
export function usageError(error: CommanderError, argv: readonly string[]): RelctlError | undefined {
  if (error.code === 'commander.help') return undefined;
  const [what = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const suggested = /Did you mean (?:one of )?(.*?)\?/.exec(suggestion)?.[1];
  const words = argv.filter((word) => !word.startsWith('-'));
  const command = words[0] === 'signoff' ? words.slice(0, 2).join(' ') : (words[0] ?? '');
  const isUnknown = error.code === 'commander.unknownCommand';
  if (error.code === 'commander.missingArgument' && what.includes("'id'")) return missingId(command);
  return new RelctlError(isUnknown ? 'usage.unknown-command' : 'usage.bad-flag', what, {
    why: 'Nothing was done.',
    hints: [
      ...(suggested === undefined
        ? []
        : [
            `did you mean: relctl ${isUnknown && words[0] === 'signoff' ? 'signoff ' : ''}${isUnknown ? suggested : `${command} … ${suggested}`}`,
          ]),
      isUnknown ? 'relctl --help' : `relctl ${command} --help`.replace('  ', ' '),
    ],
  });
}

function missingId(command: string): RelctlError {
  return new RelctlError('usage.missing-answer', `relctl ${command} needs the id of a release`, {
    why: 'Nothing was done.',
    hints: [
      command === 'plan'
        ? 'relctl plan 2026-12-wallet-checkout, or what the new release shall be called'
        : 'relctl list',
      `relctl ${command} --help`,
    ],
  });
}
