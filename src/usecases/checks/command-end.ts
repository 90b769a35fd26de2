import type { CommandEnd } from '../../ports/commands.ts';
import { lastLine } from './check-lines.ts';

/** What stands in the record of a command. */
export interface RecordedEnd {
  readonly detail: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * What is recorded of a command: how it ended and the digest of what it printed. The text is kept only where the plan asks for its end,
 * since a program prints what it likes, secrets as well.
 */
export function recordedEnd(argv: readonly string[], end: CommandEnd, keepOutput = false): RecordedEnd {
  const { exitCode, problem, sha256, output } = end;
  const said = keepOutput ? lastLine(output) : '';
  const how = exitCode === null ? `did not end by itself: ${problem ?? 'it was stopped'}` : `exits ${exitCode}`;
  return {
    detail: `${argv[0]} ${how}${said === '' ? '' : `: ${said}`}`,
    facts: {
      argv,
      exitCode,
      ...(problem === undefined ? {} : { problem }),
      outputSha256: sha256,
      ...(keepOutput ? { output } : {}),
    },
  };
}
