import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../plan/digest.ts';

/** Gives what `make` makes of a text, from memory where the same was made of the same text before. */
export type Remembered = <T>(name: string, text: string | Uint8Array, make: () => Promise<T>) => Promise<T>;

/**
 * Memory of what was made of texts: one small file for each name, with the digest of the text that it was made of. A file that
 * is missing, garbled, of another text or of another relctl is made anew, and whoever cannot write does without.
 * @param folder absolute path; it is made
 * @param build which relctl this is; without it nothing is remembered
 */
export function createRemembered(folder: string, build: string | undefined): Remembered {
  return async (name, text, make) => {
    if (build === undefined) return make();
    const key = sha256(`${build} ${sha256(text)}`);
    const file = join(folder, `${name.replaceAll('/', '%')}.json`);
    const known = await readFile(file, 'utf8').then(parse, () => undefined);
    if (known?.key === key) return known.value as never;
    const value = await make();
    await keep(folder, file, JSON.stringify({ key, value }));
    return value;
  };
}

function parse(text: string): { readonly key?: unknown; readonly value?: unknown } | undefined {
  try {
    return JSON.parse(text) as { readonly key?: unknown; readonly value?: unknown };
  } catch {
    return undefined;
  }
}

async function keep(folder: string, file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch {
    // A repository that cannot be written to can still be read.
  }
}
