import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Texts of files, and of folders with all that is below, by their paths. */
function textsOf(paths: readonly string[]): readonly (readonly [string, string])[] {
  return paths.flatMap((path) => {
    const files = statSync(join(PROJECT, path)).isDirectory()
      ? readdirSync(join(PROJECT, path), { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
      : [path];
    const read = files.filter((file) => /\.(ts|md|yml|yaml)$/.test(file));
    return read.map((file) => [file, readFileSync(join(PROJECT, file), 'utf8')] as const);
  });
}

/** What relctl.yaml, relctl or `git remote` is given is no revision: relctl looks it up by full names. */
const COMMAND = /\bgit (?!config\b|remote\b)[a-z-]+ [^`'"\n]*?(?<![\w/])(?:origin|upstream)\/[\w<$][^`'"\n]*/g;
/** The name of a branch for people, put into a command. */
const NAMED = /command`git [^`]*\$\{[^}]*(?:tip|upstream|reviewed|protected|branch)[^}]*\.name\}[^`]*`/g;
/** The beginning of a commit id, put into a command as a revision; behind a dash it is part of a name that is made anew. */
const SHORTENED = /command`[^`]*(?<!-)\$\{(?:[^}]*\.slice\(0, ?\d+\)|short)\}[^`]*`/g;
/** A short name that is no word of a sentence, and so goes into a command. */
const ALONE = /['"](?:origin|upstream)\/[A-Za-z][^'"\s]*['"]/g;

const hitsIn = (texts: ReturnType<typeof textsOf>, patternsOf: (file: string) => readonly RegExp[]) =>
  texts.flatMap(([file, text]) => {
    const code = file.startsWith('src/') ? text.replace(/^ *(\/\*\*|\*|\/\/).*$/gm, '') : text;
    return patternsOf(file).flatMap((pattern) => [...code.matchAll(pattern)].map(([hit]) => `${file}: ${hit}`));
  });

/**
 * Git takes a tag before a branch of the remote. A person who pastes `git diff origin/main` from a hint would be shown, or would take out, what
 * somebody has tagged so.
 */
it('no command for people names a branch of a remote by its short name', () => {
  const texts = textsOf(['src', 'docs', 'templates', 'README.md', 'CONTRIBUTING.md']);
  expect(texts.length).toBeGreaterThan(500);
  const found = hitsIn(texts, (file) => [COMMAND, ...(file.startsWith('src/') ? [NAMED, ALONE] : [])]);
  expect(found).toEqual([]);
});

/** Git takes a branch or a tag before the beginning of a commit id, and whoever may push can give one that name; a whole id is the commit. */
it('no command for people names a commit by the beginning of its id', () => {
  expect(hitsIn(textsOf(['src']), () => [SHORTENED])).toEqual([]);
});

/** A command that takes the remote to be called origin, and code that does; what looks it up knows the name. */
const ORIGIN = /\bgit\b[^`'"\n]*\borigin\b|['"]origin['"]|\borigin\/HEAD\b/g;

/** A clone may call its remote anything: a command that names another one fails, or asks a stranger. */
it('nothing takes the remote to be called origin, but where it is looked up', () => {
  const hits = hitsIn(textsOf(['src']), (file) => (file.startsWith('src/adapters/git/') ? [] : [ORIGIN]));
  expect(hits).toEqual([]);
});
