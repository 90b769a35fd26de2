import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder in which the repositories of a run of tests lie, for all its workers. */
const FOLDER = 'RELCTL_TEST_TEMPLATES';

/** Vitest global setup: a folder for repositories that tests copy, as long as they run. */
export default function keepTemplates(): () => void {
  if (process.env[FOLDER] !== undefined) return () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'relctl-templates-'));
  process.env[FOLDER] = folder;
  return () => {
    delete process.env[FOLDER];
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A repository that is there to be copied. */
export interface Template {
  readonly root: string;
  /** How many commits were made in it by the clock of its fixture. */
  readonly minutes: number;
}

/**
 * The repository of this name; whoever asks first makes it.
 * @param of everything that decides what it is
 * @param make fills an empty folder, and gives the number of its commits
 */
export function templateOf(of: readonly unknown[], make: (root: string) => number): Template {
  const folder = join(
    process.env[FOLDER] ?? temporary(),
    createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 24),
  );
  const told = join(folder, 'minutes');
  if (!existsSync(told)) {
    const fresh = mkdtempSync(`${folder}-`);
    mkdirSync(join(fresh, 'root'));
    writeFileSync(join(fresh, 'minutes'), String(make(join(fresh, 'root'))));
    try {
      // Seen whole or not at all: other workers make the same one at the same time.
      renameSync(fresh, folder);
    } catch (error) {
      if (!existsSync(told)) throw error;
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return { root: join(folder, 'root'), minutes: Number(readFileSync(told, 'utf8')) };
}

/** Where no setup made a folder, as for a program that is run by hand: one for this process. */
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-templates-'));
  process.env[FOLDER] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
