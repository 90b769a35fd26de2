import type { FilesSince } from '../../ports/repository.ts';
import type { Git } from './git.ts';

/** What a deleted file has in place of the id of its content. */
const GONE = '0';
const PLAIN = ['--raw', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'];

/** Where a commit left the line of a branch, and what it has otherwise than there; `undefined` where they have nothing in common here. */
export async function filesSince(git: Git, tip: string, commit: string): Promise<FilesSince | undefined> {
  const base = await git.run(['merge-base', tip, commit]);
  if (base.exitCode !== 0) return undefined;
  const from = base.stdout.trim();
  return { base: from, files: Object.fromEntries(rawOf(await git.read(['diff', ...PLAIN, from, commit, '--']))) };
}

/** Content of files in the work tree by their ids; of one that is otherwise there than in the index, and so in no commit, `undefined`. */
export async function versionsOf(git: Git, paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
  const index = new Map(paths.map((path): [string, string | undefined] => [path, GONE]));
  if (paths.length === 0) return index;
  // Paths may be many: asked for is all that there is.
  const staged = await git.read(['ls-files', '-s', '-z', '--cached']);
  for (const line of staged.split('\0')) {
    const [, id, path] = /^\d+ ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
    if (path !== undefined && index.has(path)) index.set(path, id);
  }
  const changed = await git.read(['diff', '--name-only', '-z', '--no-ext-diff', '--no-textconv', '--']);
  for (const path of changed.split('\0')) if (index.has(path)) index.set(path, undefined);
  return index;
}

/** Of files those whose content of a commit the line of a branch (first parents) has had since it was left, at its base or later. */
export async function stoodOnLine(
  git: Git,
  tip: string,
  { base, files }: FilesSince,
  paths: readonly string[],
): Promise<readonly string[]> {
  const touched = paths.filter((path) => Object.hasOwn(files, path));
  const rest = paths.filter((path) => !Object.hasOwn(files, path));
  if (touched.length === 0) return rest;
  const log = ['log', '--first-parent', '-m', '--format=', ...PLAIN, `${base}..${tip}`, '--', ...touched];
  const { exitCode, stdout } = await git.run(log);
  // A base that is not here shows nothing.
  const had = new Set(exitCode === 0 ? rawOf(stdout).map(([path, id]) => `${id} ${path}`) : []);
  return [...rest, ...touched.filter((path) => had.has(`${files[path]} ${path}`))];
}

/** Path and new content of each entry of a raw diff. Source: git-diff, "Raw output format". */
function rawOf(output: string): readonly (readonly [string, string])[] {
  const fields = output.split('\0').map((field) => field.replace(/^\n+/, ''));
  const found: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < fields.length; at += 1) {
    const [, id] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(fields[at] ?? '') ?? [];
    const path = fields[at + 1];
    if (id === undefined || path === undefined) continue;
    found.push([path, /^0+$/.test(id) ? GONE : id]);
    at += 1;
  }
  return found;
}
