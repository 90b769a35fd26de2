import { createProgressView } from './adapters/terminal/progress-view.ts';
import { createPrompter } from './adapters/terminal/prompter.ts';
import { terminalStyle } from './adapters/terminal/style.ts';
import type { ProgressView } from './adapters/terminal/view.ts';
import type { Flags } from './commands/command.ts';
import type { Surroundings } from './composition/surroundings.ts';
import type { Outcome } from './domain/outcome/outcome.ts';
import type { RelctlError } from './errors.ts';
import type { Io } from './io.ts';
import type { EnvelopeContext } from './renderers/json.ts';
import type { Style } from './renderers/style.ts';

/** What a person, a log or a script sees of one command. */
export interface Terminal {
  readonly surroundings: Surroundings;
  readonly progress: ProgressView;
  readonly interactive: boolean;
  /** Words that give what a person has answered until now, as they stand in a command line. */
  readonly answered: readonly string[];
}

/**
 * Results go to stdout, progress and questions to stderr. Questions are asked only where a person sits: both ends are a
 * terminal, and no machine-readable output was asked for.
 */
export function createTerminal(flags: Flags, io: Io, argv: readonly string[]): Terminal {
  const isStream = flags.events === 'ndjson';
  // stdin last: to look at it opens it.
  const interactive = flags.json !== true && !isStream && io.stderr.isTTY === true && io.stdin.isTTY === true;
  const mode = isStream ? 'ndjson' : flags.quiet === true ? 'silent' : io.stderr.isTTY === true ? 'live' : 'plain';
  const style = styleOf(io.stderr, flags, io);
  const progress = createProgressView(isStream ? io.stdout : io.stderr, { mode, style });
  const prompter = createPrompter({
    stdin: () => io.stdin,
    output: io.stderr,
    style,
    yes: flags.yes === true,
    interactive,
    settle: () => progress.settle(),
  });
  const actor = typeof flags.as === 'string' ? flags.as : undefined;
  const env = flags.trustCommands === true ? { ...io.env, RELCTL_TRUST_COMMANDS: '1' } : io.env;
  return {
    progress,
    interactive,
    answered: prompter.answered,
    surroundings: { cwd: io.cwd, env, sink: progress, prompter, actor, argv },
  };
}

/** Writes what a command answers to stdout, in the form that was asked for. */
export async function presentOutcome(outcome: Outcome, envelope: EnvelopeContext, flags: Flags, io: Io): Promise<void> {
  if (flags.events === 'ndjson') {
    const { outcomeLine } = await import('./renderers/ndjson.ts');
    io.stdout.write(outcomeLine(outcome, envelope));
  } else if (flags.json === true) {
    const { renderJson } = await import('./renderers/json.ts');
    io.stdout.write(renderJson(outcome, envelope));
  } else {
    const { renderHuman } = await import('./renderers/human.ts');
    io.stdout.write(renderHuman(outcome, styleOf(io.stdout, flags, io)));
  }
}

/** Writes an error: for people to stderr, with the line that it points at; for programs to stdout, where they read. */
export async function presentError(error: RelctlError, flags: Flags, command: string, io: Io): Promise<void> {
  if (flags.events === 'ndjson') {
    const { errorLine } = await import('./renderers/ndjson.ts');
    io.stdout.write(errorLine(error, command));
  } else if (flags.json === true) {
    const { renderJsonError } = await import('./renderers/json.ts');
    io.stdout.write(renderJsonError(error, command));
  } else {
    const [{ renderError }, { sourceText }] = await Promise.all([
      import('./renderers/error.ts'),
      import('./adapters/fs/source-text.ts'),
    ]);
    const source = error.place?.line === undefined ? undefined : await sourceText(io.cwd, error.place.file);
    io.stderr.write(renderError(error, styleOf(io.stderr, flags, io), source === undefined ? {} : { source }));
  }
}

/** `--no-color` is NO_COLOR for one call. */
function styleOf(stream: NodeJS.WriteStream, flags: Flags, io: Io): Style {
  return terminalStyle(stream, flags.color === false ? { ...io.env, NO_COLOR: '1' } : io.env);
}
