import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Unsent, UnsentMessage } from '../../ports/unsent.ts';
import { writeAtomically } from './atomic-write.ts';
import { REAL_FILES } from './file-operations.ts';

const messages = z.array(
  z.strictObject({ key: z.string(), topic: z.string(), text: z.string(), channels: z.array(z.string()) }),
);

/**
 * Messages that are under way, a small file for each release in the folder `unsent` of the state. A file that is garbled remembers nothing.
 * @param folder absolute path of the folder for relctl's local state
 */
export function createUnsent(folder: string): Unsent {
  const fileOf = (release: string) => join(folder, 'unsent', `${release}.json`);
  return {
    of: (release) => readMessages(fileOf(release)),
    async remember(release, message) {
      const path = fileOf(release);
      const others = (await readMessages(path)).filter((one) => one.key !== message.key);
      const kept = message.channels.length === 0 ? others : [...others, message];
      if (kept.length === 0) return rm(path, { force: true });
      const content = `${JSON.stringify(kept)}\n`;
      await writeAtomically(REAL_FILES, { path, shown: path, content, placement: 'replace' });
    },
  };
}

async function readMessages(path: string): Promise<readonly UnsentMessage[]> {
  try {
    return messages.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // No file, or a torn one.
    return [];
  }
}
