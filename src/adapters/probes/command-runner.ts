import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { CommandEnd, CommandRunner } from '../../ports/commands.ts';
import { exec } from '../exec.ts';
import { type Environment, lastWords, secretsIn } from '../hooks/redact.ts';

/** Characters of output that are given: where the plan asks for them they are recorded, and people read them. */
const KEPT = 2000;

/**
 * Runs commands of the plan in a folder. Of what they print the digest is given, and its end, freed of terminal sequences and of the
 * values of secret-looking environment variables.
 * @param environment where such variables are looked up; the commands themselves inherit the process's own
 */
export function createCommandRunner(cwd: string, environment: Environment = {}): CommandRunner {
  const secrets = secretsIn(environment);
  return {
    run: async ([program, ...args], { timeout }) => {
      if (program === undefined) return notRun('the command is empty');
      try {
        const { exitCode, stdout, stderr } = await exec(program, args, { timeout, cwd });
        const output = [stdout, stderr].filter((stream) => stream.trim() !== '').join('\n');
        return { exitCode, sha256: sha256(output), output: lastWords(output, secrets, KEPT) };
      } catch (error) {
        if (!(error instanceof RelctlError)) throw error;
        return notRun(lastWords(error.message, secrets, KEPT));
      }
    },
  };
}

function notRun(problem: string): CommandEnd {
  return { exitCode: null, problem, sha256: sha256(''), output: '' };
}
