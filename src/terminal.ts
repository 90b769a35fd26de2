import { createProgressView, type ProgressView } from './adapters/terminal/progress-view.ts';
import { createPrompter } from './adapters/terminal/prompter.ts';
import { terminalStyle } from './adapters/terminal/style.ts';
import type { Flags } from './commands/command.ts';
import type { Surroundings } from './composition.ts';
import type { Io } from './main.ts';

/** What a person, a log or a script sees of one command. */
export interface Terminal {
  readonly surroundings: Surroundings;
  readonly progress: ProgressView;
  readonly interactive: boolean;
}

/**
 * Results go to stdout, progress and questions to stderr. Questions are asked only where a person sits: both ends are a
 * terminal, and no machine-readable output was asked for.
 */
export function createTerminal(flags: Flags, io: Io): Terminal {
  const isStream = flags.events === 'ndjson';
  const interactive = io.stdin.isTTY === true && io.stderr.isTTY === true && flags.json !== true && !isStream;
  const env = flags.color === false ? { ...io.env, NO_COLOR: '1' } : io.env;
  const mode = isStream ? 'ndjson' : flags.quiet === true ? 'silent' : io.stderr.isTTY === true ? 'live' : 'plain';
  const progress = createProgressView(isStream ? io.stdout : io.stderr, { mode, style: terminalStyle(io.stderr, env) });
  const prompter = createPrompter({
    stdin: io.stdin,
    output: io.stderr,
    yes: flags.yes === true,
    interactive,
    settle: () => progress.settle(),
  });
  const actor = typeof flags.as === 'string' ? flags.as : undefined;
  return { progress, interactive, surroundings: { cwd: io.cwd, env: io.env, sink: progress, prompter, actor } };
}
