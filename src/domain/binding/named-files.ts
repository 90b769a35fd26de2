import type { Config } from '../../plan/config.ts';
import type { Spec } from '../../plan/spec.ts';
import { byName } from '../../text/by-name.ts';
import { DECIDES_NOTHING } from './deciding.ts';
import { argumentLists } from './named-programs.ts';

/**
 * Which files of the work tree decide what a release does, as far as relctl.yaml and the plan name them. What services are made of and
 * rendered from is read at the candidate's commit, and bound by it.
 */
export interface NamedPaths {
  /** Files that a setting names, such as a kubeconfig or a CA. */
  readonly files: readonly string[];
  /** What a word of a command may name: a file, whose folder is asked for as well, or a folder. */
  readonly words: readonly string[];
}

/** Files that a program reads without being told. */
const READ_BY: Readonly<Record<string, readonly string[]>> = byName({
  make: ['Makefile', 'makefile', 'GNUmakefile'],
  just: ['justfile', 'Justfile', '.justfile'],
  task: ['Taskfile.yml', 'Taskfile.yaml'],
  npm: ['package.json'],
  npx: ['package.json'],
  pnpm: ['package.json'],
  yarn: ['package.json'],
  bun: ['package.json', 'bunfig.toml'],
  pytest: ['pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg', 'conftest.py'],
  tox: ['tox.ini', 'pyproject.toml'],
});

/** Folders in which everything is kept for relctl itself: a plan or a key that is added beside a program is nothing that it reads. */
const OWN_FOLDERS = /^(relctl$|relctl\/process(\/|$)|releases(\/|$))/;

/** Paths that relctl.yaml and the commands of a plan may name; most words are none. */
export function namedPaths(config: Config, spec: Spec): NamedPaths {
  const { services: _services, manifests: _manifests, ...rest } = config;
  const settings = Object.entries(rest).filter(([key]) => !Object.hasOwn(DECIDES_NOTHING, key));
  return pathsOf(settings, [...commandsOf(spec), ...argumentLists(settings)]);
}

/** True where relctl.yaml or the plan names a program at all. */
export function runsPrograms(config: Config, spec: Spec): boolean {
  return commandsOf(spec).length > 0 || argumentLists(Object.entries(config)).length > 0;
}

/** Paths that a part of relctl.yaml may name, with the words of the commands in it. */
export function pathsIn(setting: unknown): NamedPaths {
  return pathsOf(setting, argumentLists(setting));
}

function pathsOf(settings: unknown, commands: readonly (readonly string[])[]): NamedPaths {
  const words = commands.flat().flatMap(wordsOf);
  return {
    files: unique(stringsOf(settings).map(pathOf)),
    words: unique(
      words.flatMap((word) => [word, ...(READ_BY[word.slice(word.lastIndexOf('/') + 1)] ?? [])]).map(pathOf),
    ),
  };
}

/** The folder whose files may be read by a program in it; `undefined` where it holds far more than that, such as the root. */
export function folderOf(file: string): string | undefined {
  const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  return folder === '' || OWN_FOLDERS.test(folder) ? undefined : folder;
}

function commandsOf(spec: Spec): readonly (readonly string[])[] {
  return [
    ...spec.smokeTests.map((one) => one.command),
    ...spec.resources.map((one) => ('command' in one ? one.command : undefined)),
    ...spec.alerts.map((one) => one.drill),
  ].flatMap((command) => (command === undefined ? [] : [command]));
}

/** An argument as it stands, and what of it may be a path: `--config=smoke/k6.json`, `@body.json`, `cd smoke && ./run.sh`. */
function wordsOf(argument: string): readonly string[] {
  const parts = argument.split(/[\s;&|<>()"'`=,:@]+/).filter((part) => part !== '');
  return [argument, ...parts];
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** A path inside the repository, or none. */
function pathOf(word: string): string | undefined {
  if (word.includes('\0') || /^[-/]/.test(word) || word.length > 1024) return undefined;
  const parts: string[] = [];
  for (const part of word.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

function unique(paths: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => path ?? []))].sort();
}
