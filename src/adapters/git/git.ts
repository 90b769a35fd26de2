import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { type ExecResult, exec } from '../exec.ts';

/** Runs git in one folder. */
export interface Git {
  /** The folder that it is run in. */
  readonly cwd: string;
  /** Runs git; a non-zero exit is a result. */
  run(args: readonly string[], options?: GitOptions): Promise<ExecResult>;
  /** Runs git and returns its standard output; any exit but 0 is `tool.failed`. */
  read(args: readonly string[], options?: GitOptions): Promise<string>;
}

/** What a call may set. */
export interface GitOptions {
  readonly input?: string;
  readonly encoding?: 'utf8' | 'latin1';
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; two minutes when left out. */
  readonly timeout?: number;
  /** True where the paths behind `--` are patterns (`:(glob)…`, `:(exclude)…`); else each is taken as it is written. */
  readonly patterns?: boolean;
}

/** A diff of a thousand files or a log of ten thousand commits takes seconds; a git that hangs on a dead disk never ends. */
const DEADLINE_MS = 120_000;
const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * What a user's configuration could change in the form of the output, or run as a program. Plumbing commands ignore most
 * of it; these are the rest.
 */
const SETTINGS = [
  'core.quotePath=false',
  'core.pager=cat',
  'core.fsmonitor=false',
  'core.warnAmbiguousRefs=true',
  'color.ui=false',
  'diff.suppressBlankEmpty=false',
  'log.showSignature=false',
  'log.mailmap=false',
].flatMap((setting) => ['-c', setting]);

const ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_PAGER: 'cat',
};

/** git, always run in `cwd`, with neutral output and a deadline. Errors: `tool.missing`, `tool.timeout`, `tool.failed`. */
export function gitIn(cwd: string): Git {
  const run: Git['run'] = (args, options = {}) =>
    exec('git', ['--no-pager', ...SETTINGS, ...args], {
      cwd,
      timeout: options.timeout ?? DEADLINE_MS,
      maxBuffer: MAX_OUTPUT,
      env: { ...ENVIRONMENT, ...(options.patterns === true ? { GIT_LITERAL_PATHSPECS: '0' } : {}), ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    });
  return {
    cwd,
    run,
    async read(args, options) {
      const result = await run(args, options);
      if (result.exitCode !== 0) throw gitFailed(args, result);
      return result.stdout;
    },
  };
}

/** `tool.failed`, with what git said. */
export function gitFailed(args: readonly string[], result: ExecResult): RelctlError {
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  const how = result.exitCode === null ? 'was ended early' : `ended with exit code ${result.exitCode}`;
  return new RelctlError('tool.failed', `git ${args[0]} ${how}${said === '' ? '' : `: ${said}`}`, {
    why: 'Nothing was decided from an answer that git did not complete.',
    hints: [command`git ${args}`],
    data: { args, exitCode: result.exitCode },
  });
}
