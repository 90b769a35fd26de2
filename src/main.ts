import { surviveLostOutput } from './adapters/terminal/lost-output.ts';
import type { CommandAction, Invocation } from './commands/command.ts';
import type { Ground } from './composition/ground.ts';
import type { Surroundings } from './composition/surroundings.ts';
import type { Outcome } from './domain/outcome/outcome.ts';
import { EXIT_CODES, RelctlError } from './errors.ts';
import type { Io } from './io.ts';
import type { Parsed } from './program/program.ts';
import type { Context } from './usecases/release/context.ts';

declare const RELCTL_VERSION: string | undefined;

/**
 * Runs relctl: the only catch, and the only place that knows exit codes.
 * @param argv arguments after the program's name
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const version = typeof RELCTL_VERSION === 'undefined' ? '0.0.0-source' : RELCTL_VERSION;
  // The question that scripts ask most: it needs no command tree.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.stdout.write(`${version}\n`);
    return 0;
  }
  const [{ buildProgram, CommanderError }, { askedHelp }] = await Promise.all([
    import('./program/program.ts'),
    import('./program/asked-help.ts'),
  ]);
  let parsed: Parsed | undefined;
  const output = { write: (text: string) => io.stdout.write(text), columns: io.stdout.columns ?? 100 };
  const onCommand = (understood: Parsed) => {
    parsed = understood;
  };
  const words = askedHelp(argv);
  const program = buildProgram(version, output, onCommand, words[0]);
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const [{ usageError }, { command: quote }] = await Promise.all([
      import('./program/usage-error.ts'),
      import('./text/command-line.ts'),
    ]);
    const failure = usageError(error, words);
    if (failure === undefined) {
      program.outputHelp();
      return EXIT_CODES.usage;
    }
    return fail(failure, argv.includes('--json') ? { json: true } : {}, quote`${argv}`, io, argv);
  }
  if (parsed === undefined) return 0;
  return execute(parsed, io, argv);
}

async function execute(parsed: Parsed, io: Io, argv: readonly string[]): Promise<number> {
  const { flags, command } = parsed;
  const { createTerminal, presentOutcome } = await import('./terminal.ts');
  const terminal = createTerminal(flags, io, argv);
  const opened: Context[] = [];
  try {
    const [{ run: action }, { ENTRIES }, { checkChoices }] = await Promise.all([
      parsed.load(),
      import('./program/entries.ts'),
      import('./program/choices.ts'),
    ]);
    checkChoices(ENTRIES.find((entry) => entry.path === command)?.options ?? [], flags);
    const invocation = { ...invocationOf(parsed, terminal.surroundings, io, opened), commands: ENTRIES };
    const answer = await (await recordingOf(action, flags))(invocation);
    const outcome = answer.simulated === true ? await played(answer, opened, terminal.surroundings) : answer;
    await deliverRest(opened, parsed, 'for programs');
    await settleRecords(opened);
    await terminal.progress.settle();
    const exitCode = outcome.result === 'done' ? 0 : EXIT_CODES[outcome.result];
    await presentOutcome(outcome, { command, exitCode }, flags, io);
    return exitCode;
  } catch (error) {
    const which = leftToDeliver(error);
    if (which !== undefined) await deliverRest(opened, parsed, which).catch(() => undefined);
    await settleRecords(opened);
    await terminal.progress.settle();
    // A command to be pasted carries all that was given, typed before or answered since.
    return fail(error, flags, command, io, [...argv, ...terminal.answered]);
  }
}

/**
 * What goes out although a command failed: after one that is refused because its step is done, such as one that is given again after it was
 * killed, all that is left; after one that is refused for anything else nothing, since what refuses it may be what says where that goes.
 */
function leftToDeliver(error: unknown): 'all' | 'for programs' | undefined {
  if (!(error instanceof RelctlError) || !(error.code === 'gate.refused' || error.code === 'signing.refused'))
    return 'for programs';
  const refusals = error.data?.refusals as readonly { readonly gate: string }[] | undefined;
  return refusals?.every(({ gate }) => gate === 'phase.order') === true ? 'all' : undefined;
}

/**
 * Events for programs are queued with the last transition of a command, and go out when it is over.
 */
async function deliverRest(opened: readonly Context[], { args }: Parsed, which: 'for programs' | 'all'): Promise<void> {
  const [context] = opened;
  const [id] = args;
  if (context === undefined || id === undefined) return;
  const { notifications, changeRecord } = context.config;
  const tellsPrograms = notifications.some((channel) => channel.kind === 'webhook' && channel.format === 'cdevents');
  if (!tellsPrograms && changeRecord === undefined && which !== 'all') return;
  await (await import('./usecases/release/deliver-rest.ts')).deliverRest(context, id, which);
}

/** What could not leave this machine while the command worked is tried once more. */
async function settleRecords(opened: readonly Context[]): Promise<void> {
  for (const { records } of opened) await records?.settle();
}

/** In the sandbox one person plays everybody. */
async function played(outcome: Outcome, [context]: readonly Context[], surroundings: Surroundings): Promise<Outcome> {
  const { playing } = await import('./commands/playing.ts');
  if (context !== undefined) return playing(outcome, context.actor);
  const { readerOf } = await import('./composition/reading.ts');
  return playing(outcome, await readerOf(surroundings));
}

/** `--commit` and `--push` put the same thing around every command; without them it is said what is not committed. */
async function recordingOf(action: CommandAction, flags: Parsed['flags']): Promise<CommandAction> {
  if (flags.commit !== true && flags.push !== true) {
    const { sayingUncommitted } = await import('./commands/uncommitted.ts');
    return sayingUncommitted(action);
  }
  const { sharing } = await import('./commands/sharing.ts');
  return sharing(action, { push: flags.push === true });
}

function invocationOf(
  parsed: Parsed,
  surroundings: Surroundings,
  io: Io,
  opened: Context[],
): Omit<Invocation, 'commands'> {
  let ground: Promise<Ground> | undefined;
  const open = async (actor: string | undefined, options: Pick<Surroundings, 'sharesRecords'> = {}): Promise<Context> =>
    (await import('./composition/composition.ts')).openContext({ ...surroundings, ...options, actor });
  return {
    args: parsed.args,
    flags: parsed.flags,
    interactive: surroundings.prompter.interactive,
    prompter: surroundings.prompter,
    columns: io.stdout.columns ?? 100,
    cwd: io.cwd,
    env: io.env,
    async context(options) {
      const context = await open(surroundings.actor, options);
      opened.push(context);
      return context;
    },
    observing: () => open(surroundings.actor ?? 'relctl'),
    reading: async () => (await import('./composition/reading.ts')).openReading(surroundings),
    ground() {
      const { sink } = surroundings;
      ground ??= import('./composition/ground.ts').then(({ openGround }) =>
        openGround(io.cwd, io.env, { records: 'known', sink }),
      );
      return ground;
    },
    async pod() {
      const { openPod } = await import('./composition/pod.ts');
      return openPod(surroundings, (context) => opened.push(context));
    },
    sink: surroundings.sink,
  };
}

async function fail(
  error: unknown,
  flags: Parsed['flags'],
  command: string,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  const failure = error instanceof RelctlError ? error : bug(error);
  const [{ presentError }, { wholeCommands }] = await Promise.all([
    import('./terminal.ts'),
    import('./text/whole-command.ts'),
  ]);
  const hints = await hintsOf(failure, io, argv);
  await presentError(failure.saying(wholeCommands(hints, argv, failure.message)), flags, command, io);
  if (flags.debug === true) io.stderr.write(`${stackOf(error)}\n`);
  return failure.exitCode;
}

/** Its hints; where the id of a release is missing and there is only one, the command with that. */
async function hintsOf(failure: RelctlError, { cwd, env }: Io, argv: readonly string[]): Promise<readonly string[]> {
  const { lacksId, withOnlyId } = await import('./program/missing-id.ts');
  if (!lacksId(failure)) return failure.hints;
  const { releaseIds } = await import('./composition/release-ids.ts');
  return withOnlyId(failure, argv, await releaseIds(cwd, env));
}

function bug(error: unknown): RelctlError {
  return new RelctlError('bug', `internal error: ${error instanceof Error ? error.message : String(error)}`, {
    why: 'This is a bug in relctl, not something you did.',
    hints: ['run the command again with --debug and report what it prints to the maintainers'],
    cause: error,
  });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? String(error.stack) : `${error.stack}\ncaused by ${stackOf(error.cause)}`;
}

function processIo(): Io {
  surviveLostOutput(process);
  const { stdout, stderr, env } = process;
  return {
    // Node opens it when it is first looked at, and most commands ask nobody.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
  };
}
