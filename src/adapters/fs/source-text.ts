import { dirname, isAbsolute, join } from 'node:path';
import { YAML_LIMITS } from '../../plan/guard.ts';
import { readBounded } from './bounded-read.ts';

/**
 * The text of a file that an error points at, so that its line can be shown; `undefined` when there is none to show.
 * Places are relative to the repository, and a command may be given below its root: so the file is looked for in `cwd`
 * and in the folders above it. Never throws, because it serves a message about something else.
 */
export async function sourceText(cwd: string, file: string): Promise<string | undefined> {
  if (isAbsolute(file) || file.split('/').includes('..')) return undefined;
  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      const bytes = await readBounded(join(folder, file), YAML_LIMITS.bytes);
      return bytes.byteLength > YAML_LIMITS.bytes ? undefined : new TextDecoder().decode(bytes);
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}
