import { fileVersion, isVersion } from '../../domain/binding/file-version.ts';
import type { FilesSince } from '../../ports/repository.ts';
import type { Git } from './git.ts';

/** What a deleted file has in place of its mode and the id of its content. */
const GONE = '0';
/** The mode of a deleted file in a diff. */
const NO_MODE = '000000';
const PLAIN = ['--raw', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'];

/** Where a commit left the line of a branch, and what it has otherwise than there; `undefined` where they have nothing in common here. */
export async function filesSince(git: Git, tip: string, commit: string): Promise<FilesSince | undefined> {
  const base = await git.run(['merge-base', tip, commit]);
  if (base.exitCode !== 0) return undefined;
  const from = base.stdout.trim();
  const raw = rawOf(await git.read(['diff', ...PLAIN, from, commit, '--']));
  const files = Object.fromEntries(raw.map(({ path, version }) => [path, version]));
  return { base: from, files };
}

/** Files in the work tree by mode and id; of one that is otherwise there than in the index, and so in no commit, `undefined`. */
export async function versionsOf(git: Git, paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
  const kept = paths.length === 0 ? new Map<string, Kept>() : await keptIn(git);
  return new Map(
    paths.map((path) => {
      const { mode, id } = kept.get(path) ?? { mode: undefined, id: GONE };
      return [path, id === undefined ? undefined : fileVersion(mode, id)];
    }),
  );
}

/** Modes of files in the work tree that git keeps. */
export async function modesOf(git: Git, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const kept = paths.length === 0 ? new Map<string, Kept>() : await keptIn(git);
  return new Map(
    paths.flatMap((path) => {
      const mode = kept.get(path)?.mode;
      return mode === undefined || mode === NO_MODE ? [] : [[path, mode] as const];
    }),
  );
}

/** A file of the work tree as git would keep it; without an id where its content stands in no commit so. */
interface Kept {
  readonly mode: string;
  readonly id: string | undefined;
}

/** What git keeps of the work tree. Paths that are asked for may be many, so it is all. */
async function keptIn(git: Git): Promise<ReadonlyMap<string, Kept>> {
  const found = new Map<string, Kept>();
  const [staged, changed] = await Promise.all([
    git.read(['ls-files', '-s', '-z', '--cached']),
    git.read(['diff', ...PLAIN, '--']),
  ]);
  for (const line of staged.split('\0')) {
    const [, mode, id, path] = /^(\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
    if (mode !== undefined && path !== undefined) found.set(path, { mode, id });
  }
  for (const { path, mode } of rawOf(changed)) found.set(path, { mode, id: undefined });
  return found;
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
  const stood = new Set(
    rawOf(exitCode === 0 ? stdout : '').flatMap(({ path, version }) =>
      isVersion(files[path] ?? '', version) ? [path] : [],
    ),
  );
  return [...rest, ...touched.filter((path) => stood.has(path))];
}

/** A file as a diff leaves it. */
interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly version: string;
}

/** Each entry of a raw diff. Source: git-diff, "Raw output format". */
function rawOf(output: string): readonly Entry[] {
  const fields = output.split('\0').map((field) => field.replace(/^\n+/, ''));
  const found: Entry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 1) {
    const [, mode, id] = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(fields[at] ?? '') ?? [];
    const path = fields[at + 1];
    if (mode === undefined || id === undefined || path === undefined) continue;
    found.push({ path, mode, version: /^0+$/.test(id) ? GONE : fileVersion(mode, id) });
    at += 1;
  }
  return found;
}
