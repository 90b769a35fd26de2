import { RelctlError } from '../../errors.ts';
import type { CommandRunner } from '../../ports/commands.ts';
import { exec } from '../exec.ts';
import { type Environment, lastWords, secretsIn } from '../hooks/redact.ts';

/** Characters of output that are kept: it goes into the plan, which people read. */
const KEPT = 2000;

/**
 * Runs commands of the plan in a folder. What they print is cut to its end, and freed of terminal sequences and of the values
 * of secret-looking environment variables, because it is recorded in git.
 * @param environment where such variables are looked up; the commands themselves inherit the process's own
 */
export function createCommandRunner(cwd: string, environment: Environment = {}): CommandRunner {
  const secrets = secretsIn(environment);
  return {
    run: async ([program, ...args], { timeout }) => {
      if (program === undefined) return { exitCode: null, output: 'the command is empty' };
      try {
        const { exitCode, stdout, stderr } = await exec(program, args, { timeout, cwd });
        const output = [stdout, stderr].filter((stream) => stream.trim() !== '').join('\n');
        return { exitCode, output: lastWords(output, secrets, KEPT) };
      } catch (error) {
        if (!(error instanceof RelctlError)) throw error;
        return { exitCode: null, output: lastWords(error.message, secrets, KEPT) };
      }
    },
  };
}
