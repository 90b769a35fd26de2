import { RelctlError } from '../../errors.ts';
import type { exec } from '../exec.ts';
import { plainText } from '../hooks/redact.ts';
import { parseJson } from '../http/json.ts';

/** What a forge is asked through. */
export interface ForgeIo {
  /** A folder of the repository: the tools find the forge's repository from it. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** Milliseconds for one call. */
  readonly timeout: number;
}

/** JSON of a tool, or the reason why there is none. */
export type Asked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Asks `gh` or `glab` for JSON; never prompts, never throws. */
export async function askTool(io: ForgeIo, program: string, args: readonly string[]): Promise<Asked> {
  try {
    const { exitCode, stdout, stderr } = await io.exec(program, args, {
      timeout: io.timeout,
      cwd: io.cwd,
      env: { GH_PROMPT_DISABLED: '1', GLAB_NO_PROMPT: '1', NO_PROMPT: '1', NO_COLOR: '1' },
    });
    if (exitCode !== 0) return { ok: false, reason: `${program}: ${firstLine(stderr) || `exit code ${exitCode}`}` };
    const value = parseJson(stdout);
    return value === undefined ? { ok: false, reason: `${program} did not answer with JSON` } : { ok: true, value };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { ok: false, reason: error.code === 'tool.missing' ? `${program} is not installed` : error.message };
  }
}

function firstLine(text: string): string {
  return plainText(text).trim().split('\n')[0]?.slice(0, 200) ?? '';
}
