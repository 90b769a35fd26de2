import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesWithin, readObjects } from './blobs.ts';
import type { Git } from './git.ts';

/** Attributes under which git keeps another text of a file than the one in the work tree. Those of line ends are none: a plan reads with any. */
const CHANGING = ['filter', 'ident', 'working-tree-encoding'] as const;
const MENTIONED = new RegExp(CHANGING.join('|'));
/** Macros may give them to a file under any name; git takes macros from the root only. */
const MACRO = new RegExp(`^\\s*\\[attr\\].*(?:${CHANGING.join('|')}).*$`, 'm');

/** Bytes of files of attributes; people write some hundreds. */
const MOST = { file: 1024 * 1024, all: 64 * 1024 * 1024 };
const MOST_ASKED = 50;

/** Files of attributes that say something of a path, from the root down. */
export function attributeFiles(path: string): readonly string[] {
  const folders = path.split('/').slice(0, -1);
  return ['', ...folders.map((_, index) => `${folders.slice(0, index + 1).join('/')}/`)].map(
    (folder) => `${folder}.gitattributes`,
  );
}

/** Attributes of the work tree under which git would keep another text of a file than stands there, such as `working-tree-encoding=UTF-16`. */
export async function keptOtherwiseNow(git: Git, path: string): Promise<readonly string[]> {
  return changing(await git.read(['check-attr', '-z', ...CHANGING, '--', path]));
}

/**
 * The same for attributes that were ever committed.
 * @param files contents of `.gitattributes` files, by git's ids, with their paths
 */
export async function keptOtherwiseEver(
  git: Git,
  path: string,
  files: readonly { readonly path: string; readonly id: string }[],
): Promise<readonly string[]> {
  const { within, tooLarge } = await namesWithin(git, [...new Set(files.map(({ id }) => id))], MOST);
  const found = new Set<string>(tooLarge.length === 0 ? [] : ['what a file says that is too large to be read']);
  const texts = await readObjects(git, within);
  const asked = new Set<string>();
  for (const file of files) {
    const text = texts.get(file.id)?.toString('utf8') ?? '';
    if (!MENTIONED.test(text) || asked.has(`${file.path} ${file.id}`)) continue;
    // Somebody made them up: each is another question to git.
    if (asked.size === MOST_ASKED) return [...found, 'what more files say than are looked at'];
    asked.add(`${file.path} ${file.id}`);
    const macro = MACRO.exec(text)?.[0];
    if (macro !== undefined) found.add(macro.trim());
    for (const one of await saidBy(git, path, file)) found.add(one);
  }
  return [...found];
}

/** What one file of attributes says of a path, whatever else there is: git is asked in an index that holds that file alone. */
async function saidBy(
  git: Git,
  path: string,
  file: { readonly path: string; readonly id: string },
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'relctl-attributes-'));
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    await git.read(['update-index', '-z', '--index-info'], { env, input: `100644 ${file.id}\t${file.path}\0` });
    return changing(await git.read(['check-attr', '--cached', '-z', ...CHANGING, '--', path], { env }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fields of `git check-attr -z`: path, attribute, value. */
function changing(output: string): readonly string[] {
  const fields = output.split('\0');
  return fields.flatMap((name, index) => {
    const value = fields[index + 1];
    if (index % 3 !== 1 || value === undefined || value === 'unspecified' || value === 'unset') return [];
    return [value === 'set' ? name : `${name}=${value}`];
  });
}
