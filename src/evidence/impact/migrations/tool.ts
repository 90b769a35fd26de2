import type { MigrationFinding, Operation } from '../findings.ts';
import { baseName, extensionOf, folderOf } from '../paths.ts';

/** Asks whether a file exists beside the migration, on the same side of the difference. */
export type Exists = (path: string) => boolean;

/** A file that may hold migrations. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Folder of the file, without a slash at its end. */
  readonly folder: string;
  /** Name of the file without its extension. */
  readonly stem: string;
  /** With its dot, in lower case. */
  readonly extension: string;
  readonly exists: Exists;
}

/** A file as the tools look at it. */
export function sourceFile(path: string, text: string, exists: Exists): SourceFile {
  const extension = extensionOf(path);
  const name = baseName(path);
  const stem = extension === '' ? name : name.slice(0, -extension.length);
  return { path, text, folder: folderOf(path), stem, extension, exists };
}

/** A migration that a tool knows in a file. */
export interface Recognised {
  /** As the tool itself names it. */
  readonly id: string;
  /** 1-based line on which it begins; 1 when left out. */
  readonly line?: number;
  /** Its own text, where a file holds several; the whole file when left out. */
  readonly text?: string;
  /** True for a file that only undoes: it is no migration of its own. */
  readonly isDown?: boolean;
  /** Paths, any of which holds the way down of this migration. */
  readonly downFiles?: readonly string[];
  /** Ids of the migrations that come right before it, where the tool keeps its own order and not that of names. */
  readonly after?: readonly string[];
}

/** What a migration does, and whether it can be undone. */
export interface Judgement {
  readonly operations: readonly Operation[];
  readonly hasDown: boolean;
  readonly downNote: string | undefined;
}

/** Migrations that one command runs, in the order in which it runs them. */
export interface MigrationRun {
  readonly migrations: readonly [MigrationFinding, ...MigrationFinding[]];
}

/** Argument lists; one that only the repository knows (it names a data source, a database URL) is left out. */
export interface Commands {
  readonly up?: readonly string[];
  readonly down?: readonly string[];
}

/** A migration with where it stands. */
export interface Placed {
  readonly id: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** A migration beside others of its folder. */
export interface Sibling {
  readonly id: string;
  readonly after: readonly string[] | undefined;
  /** True for one that the difference brings. */
  readonly isNew: boolean;
}

/**
 * A tool that changes databases: how its migrations are known, what they do, and how it is called. A new tool is a file or folder
 * in `tools/` and a line in `registry.ts`.
 */
export interface MigrationTool {
  readonly name: string;
  /**
   * What one command runs. `one`: the migration that it names, and no other. `through`: all that are pending up to the one that it
   * names, in the tool's own order. `all`: all that are pending.
   */
  readonly runs: 'one' | 'through' | 'all';
  /** Endings of its files, such as `.hcl`, where nothing else of a product is read from files of that kind. */
  readonly endings?: readonly string[];
  /** The migrations of a file; `undefined` when it is none of this tool's. */
  recognise(file: SourceFile): readonly Recognised[] | undefined;
  /**
   * @param siblings texts of the other files of the folder that the difference did not bring, by path; empty unless `readsSiblings`
   */
  judge(file: SourceFile, migration: Recognised, siblings: ReadonlyMap<string, string>): Judgement;
  /** How it is usually called, from its documentation. */
  commands?(run: MigrationRun): Commands;
  /** The unchanged files of the folder are read too: what a migration does depends on those before it, or its order does. */
  readonly readsSiblings?: true;
  /**
   * Migrations with the same answer are in one history, so that one command of the tool runs them together. The folder of the file
   * when left out.
   */
  historyOf?(path: string): string;
  /** Its own order of migrations without `after`; by number and then by name when left out. */
  compare?(a: Placed, b: Placed): number;
  /** What is wrong with the order of a history, in a few words each: two heads, a number twice, one that comes too late. */
  conflicts?(history: readonly Sibling[]): readonly string[];
}

/** Numbers by their value, the rest by its letters: `2_a` before `10_b`. */
export function byNumber(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
const COLLATOR = new Intl.Collator('en', { numeric: true });

/** Migrations that none follows, where there is more than one of them and the difference brings one: the tool then does not know which is the last. */
export function severalHeads(history: readonly Sibling[], remedy: string): string[] {
  const followed = new Set(history.flatMap(({ after }) => after ?? []));
  const heads = history.filter(({ id }) => !followed.has(id));
  return heads.length > 1 && heads.some(({ isNew }) => isNew)
    ? [`${heads.length} heads (${heads.map(({ id }) => id).join(', ')}): ${remedy}`]
    : [];
}

/**
 * Numbers that stand twice, and new ones below the newest that was there before, which run later than their number says or not at all.
 * @param numberOf the number of an id; `undefined` for one that has none
 */
export function numberConflicts(
  history: readonly Sibling[],
  numberOf: (id: string) => string | undefined,
  late: string,
): string[] {
  const numbered = history.flatMap((one) => {
    const number = numberOf(one.id);
    return number === undefined ? [] : [{ ...one, number }];
  });
  const twice = numbered.filter((one) =>
    numbered.some((other) => other.id !== one.id && byNumber(other.number, one.number) === 0),
  );
  const newestBefore = numbered.filter(({ isNew }) => !isNew).sort((a, b) => byNumber(b.number, a.number))[0];
  const below = numbered.filter(
    (one) => one.isNew && newestBefore !== undefined && byNumber(one.number, newestBefore.number) < 0,
  );
  return [
    ...(twice.some(({ isNew }) => isNew) ? [`the same number twice: ${twice.map(({ id }) => id).join(', ')}`] : []),
    ...below.map(({ id }) => `${id} is numbered below ${newestBefore?.id}, which ran before: ${late}`),
  ];
}
