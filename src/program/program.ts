import { Command, CommanderError, Help, Option } from 'commander';
import type { CommandAction, Flags } from '../commands/command.ts';
import { ENTRIES } from './entries.ts';
import type { CommandEntry } from './entry.ts';

export { CommanderError };

/** What commander has understood. */
export interface Parsed {
  readonly command: string;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly load: () => Promise<{ readonly run: CommandAction }>;
}

/** Where help goes, and how wide it may be. */
export interface HelpOutput {
  readonly write: (text: string) => void;
  readonly columns: number;
}

/**
 * The commander tree. It only parses: what was understood is handed to `onCommand`, errors are thrown as CommanderError.
 * @param word the first word of the command line; where it names a command, only that one is put into the tree
 */
export function buildProgram(
  version: string,
  output: HelpOutput,
  onCommand: (parsed: Parsed) => void,
  word?: string,
): Command {
  const program = new Command('relctl')
    .description('Drive a company’s releases from the terminal: plan, approve, canary, judge, roll back, review.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    // Commander gives up on lines of fewer than 40 columns, and the terminal then cuts words.
    .configureHelp({ groupItems: ownFirst, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: output.write,
      // Errors are rendered in one place, with code and next command.
      writeErr: () => undefined,
      getOutHelpWidth: () => output.columns,
    });
  program.addHelpText(
    'after',
    '\nStart with: relctl init --platform sandbox\nExit codes: 0 done, 1 failed, 2 usage or invalid plan, 3 declined,\n  4 refused by a gate, 8 waits for a person or for time, 70 a bug of relctl',
  );
  const named = ENTRIES.filter((entry) => entry.path.split(' ')[0] === word);
  for (const entry of named.length > 0 ? named : ENTRIES) addEntry(program, entry, onCommand);
  return program;
}

/** What a command has for itself stands before what every command has, also where that is nothing but its help. */
function ownFirst<T extends Command | Option>(
  unsorted: T[],
  visible: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = [...new Help().groupItems(unsorted, visible, groupOf)];
  return new Map([
    ...groups.filter(([name]) => name === 'Options:'),
    ...groups.filter(([name]) => name !== 'Options:'),
  ]);
}

function addEntry(program: Command, entry: CommandEntry, onCommand: (parsed: Parsed) => void): void {
  const words = entry.path.split(' ');
  const name = words.at(-1) ?? entry.path;
  const parent = words.length === 1 ? program : parentOf(program, words[0] ?? '', entry);
  const command = parent
    .command(name)
    .helpGroup(`${entry.group}:`)
    .summary(entry.summary)
    .description(sentence(entry))
    .allowExcessArguments(false);
  for (const [argument, description] of entry.args ?? []) command.argument(argument, description);
  for (const [flags, description, repeatable] of entry.options ?? []) {
    const option = new Option(flags, repeatable === undefined ? description : `${description}; as often as needed`);
    if (repeatable !== undefined) {
      option.argParser((value: string, previous: unknown) => [...(Array.isArray(previous) ? previous : []), value]);
    }
    command.addOption(option);
  }
  addGlobals(command);
  command.addHelpText('after', `\nExamples:\n${entry.examples.map((example) => `  $ ${example}`).join('\n')}`);
  command.action(() => {
    onCommand({ command: entry.path, args: command.args, flags: command.opts(), load: entry.load });
  });
}

/** `signoff cab`, `signoff qa`, …: the first word is a command of its own that only shows what there is. */
function parentOf(program: Command, word: string, entry: CommandEntry): Command {
  const existing = program.commands.find((command) => command.name() === word);
  if (existing !== undefined) return existing;
  return program
    .command(word)
    .helpGroup(`${entry.group}:`)
    .summary('approve: as CAB, QA, Operations, or owner of a condition')
    .description('Approve a step of a release, as CAB, QA, Operations, or owner of a condition.')
    .allowExcessArguments(false);
}

/** The flags of every command. */
export const GLOBALS: readonly Option[] = [
  new Option('--json', 'print one JSON object'),
  new Option('--events <format>', 'print progress as a stream of JSON lines').choices(['ndjson']),
  new Option('--no-color', 'no colours (NO_COLOR does the same)'),
  new Option('--yes', 'answer yes to questions, but not to approvals, a rollback or the end of hypercare'),
  new Option('--as <person>', 'act as this person, instead of git’s user.email'),
  new Option('--commit', 'commit what was recorded: only the files of the release'),
  new Option(
    '--push',
    'commit and push; if somebody pushed first, add the new records after theirs where both can be kept',
  ),
  new Option(
    '--trust-commands',
    'run the programs that this repository names without asking (CI: RELCTL_TRUST_COMMANDS=1)',
  ),
  new Option('--quiet', 'no progress on stderr'),
  new Option('--debug', 'show stack traces'),
];

function addGlobals(command: Command): void {
  for (const option of GLOBALS) command.addOption(option.helpGroup('Everywhere:'));
}

function sentence(entry: CommandEntry): string {
  const summary = `${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`;
  return entry.description === undefined ? summary : `${summary} ${entry.description}`;
}
