import type { CommanderError } from 'commander';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { ENTRIES } from './entries.ts';
import { missingId } from './missing-id.ts';

/**
 * A usage error with code and next command, from commander's. `undefined` when nothing was typed wrong and help is the
 * answer, as for `relctl` alone.
 */
export function usageError(error: CommanderError, argv: readonly string[]): RelctlError | undefined {
  if (error.code === 'commander.help') return undefined;
  const [what = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const suggested = /Did you mean (?:one of )?(.*?)\?/.exec(suggestion)?.[1];
  const words = argv.filter((word) => !word.startsWith('-'));
  const [first = ''] = words;
  // `signoff` is nothing by itself: its commands have two words.
  const isGroup = ENTRIES.some(({ path }) => path.startsWith(`${first} `));
  const given = isGroup ? words.slice(0, 2).join(' ') : first;
  const isUnknown = error.code === 'commander.unknownCommand';
  if (error.code === 'commander.missingArgument' && what.includes("'id'")) return missingId(given);
  // A flag that lacks its value is shown with it, in what was typed.
  const [, flag, value] = /^option '(?:-\S, )?(--\S+) (<[^']+>)' argument missing$/.exec(what) ?? [];
  return new RelctlError(isUnknown ? 'usage.unknown-command' : 'usage.bad-flag', what, {
    why: 'Nothing was done.',
    hints: [
      ...(suggested === undefined ? [] : [command`relctl ${corrected(argv, what, suggested)}`]),
      ...(flag === undefined ? [] : [`${flag} "${value}"`]),
      `relctl ${isUnknown ? (isGroup ? first : '') : given} --help`.replace('  ', ' '),
    ],
  });
}

/** What was typed, with the word that is not known replaced by the one that was probably meant. */
function corrected(argv: readonly string[], what: string, suggested: string): readonly string[] {
  const wrong = /'([^']+)'/.exec(what)?.[1] ?? '';
  const name = suggested.split(', ')[0] ?? suggested;
  return argv.map((word) =>
    word === wrong ? name : word.startsWith(`${wrong}=`) ? `${name}${word.slice(wrong.length)}` : word,
  );
}
