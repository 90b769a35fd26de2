import type { MigrationFinding } from '../findings.ts';
import { extensionOf, folderOf, roleOf } from '../paths.ts';
import type { TwoSided } from '../two-sided.ts';
import { MIGRATION_TOOLS } from './registry.ts';
import {
  byNumber,
  type Exists,
  type Judgement,
  type MigrationTool,
  type Recognised,
  type SourceFile,
  sourceFile,
} from './tool.ts';

interface Known {
  readonly tool: MigrationTool;
  readonly source: SourceFile;
  readonly migration: Recognised;
  readonly text: string;
}

/** What migrations are compared with. */
export interface MigrationSurroundings {
  readonly existsAtHead: Exists;
  readonly existsAtBase: Exists;
  readonly servicesOf: (path: string) => readonly string[];
  /** Texts at the head of files that did not change, by path; those that `siblingsWanted` named. */
  readonly siblings?: ReadonlyMap<string, string>;
  readonly tools?: readonly MigrationTool[];
}

/**
 * Migrations that the difference brings, edits or drops. They are compared by tool, folder and id; a file that only moved is
 * no migration, and a change set that was appended to an old changelog is one.
 */
export function compareMigrations(files: readonly TwoSided[], around: MigrationSurroundings): MigrationFinding[] {
  const { tools = MIGRATION_TOOLS } = around;
  const before = files.flatMap((file) => migrationsIn(file.oldPath, file.oldText, around.existsAtBase, tools));
  const after = files.flatMap((file) => migrationsIn(file.newPath, file.newText, around.existsAtHead, tools));
  const { added, changed, removed } = matched(before, after, renames(files));
  const siblings = siblingsByFolder([
    ...(around.siblings ?? []),
    ...files.flatMap(({ newPath, newText }) =>
      newPath === undefined || newText === undefined ? [] : [[newPath, newText] as const],
    ),
  ]);
  const findings = [
    ...added.map((one) => finding(one, 'added', around, siblings)),
    ...changed.map((one) => finding(one, 'changed', around, siblings)),
    ...removed.map((one) => finding(one, 'removed', around, siblings)),
  ];
  return withHistory(findings, added, siblings, around).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Files beside the new migrations that are to be read although they did not change: earlier ones tell what a field was before, and
 * where a history ends.
 */
export function siblingsWanted(
  files: readonly TwoSided[],
  filesAtHead: readonly string[],
  tools: readonly MigrationTool[] = MIGRATION_TOOLS,
): string[] {
  const folders = new Set<string>();
  const known = new Set(filesAtHead);
  const exists: Exists = (path) => known.has(path);
  for (const { newPath, newText } of files) {
    for (const { tool, source } of migrationsIn(newPath, newText, exists, tools))
      if (tool.readsSiblings) folders.add(`${source.folder}\0${source.extension}`);
  }
  const changed = new Set(files.map((file) => file.newPath));
  return filesAtHead.filter(
    (path) =>
      !changed.has(path) && folders.has(`${folderOf(path)}\0${extensionOf(path)}`) && roleOf(path) === 'product',
  );
}

function migrationsIn(
  path: string | undefined,
  text: string | undefined,
  exists: Exists,
  tools: readonly MigrationTool[],
): Known[] {
  if (path === undefined || text === undefined || roleOf(path) !== 'product') return [];
  const source = sourceFile(path, text, exists);
  for (const tool of tools) {
    const found = tool.recognise(source);
    if (found === undefined) continue;
    return found
      .filter((migration) => migration.isDown !== true)
      .map((migration) => ({ tool, source, migration, text: migration.text ?? text }));
  }
  return [];
}

const keyOf = ({ tool, migration }: Known): string => `${tool.name}\0${migration.id}`;
const normal = (text: string): string => text.replace(/\s+/g, ' ').trim();

const renames = (files: readonly TwoSided[]): ReadonlyMap<string, string> =>
  new Map(
    files.flatMap(({ oldPath, newPath }) =>
      oldPath === undefined || newPath === undefined || oldPath === newPath ? [] : [[newPath, oldPath] as const],
    ),
  );

/**
 * Puts the two sides together: the same file, then a file that git says was renamed, then one of the same text. Equal names in two
 * folders are two migrations.
 */
function matched(before: readonly Known[], after: readonly Known[], renamed: ReadonlyMap<string, string>) {
  const left = [...before];
  const take = (wanted: (old: Known) => boolean): Known | undefined => {
    const at = left.findIndex(wanted);
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  const ways: readonly ((now: Known, old: Known) => boolean)[] = [
    (now, old) => old.source.path === now.source.path,
    (now, old) => old.source.path === renamed.get(now.source.path),
    (now, old) => old.source.folder === now.source.folder,
    (now, old) => normal(old.text) === normal(now.text),
  ];
  const partner = new Map<Known, Known>();
  for (const isPartner of ways) {
    for (const now of after) {
      if (partner.has(now)) continue;
      const old = take((one) => keyOf(one) === keyOf(now) && isPartner(now, one));
      if (old !== undefined) partner.set(now, old);
    }
  }
  return {
    added: after.filter((now) => !partner.has(now)),
    changed: after.filter((now) => {
      const old = partner.get(now);
      return old !== undefined && normal(old.text) !== normal(now.text);
    }),
    removed: left,
  };
}

/** The files of each folder at the head, as far as they were read. */
function siblingsByFolder(
  texts: readonly (readonly [path: string, text: string])[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of texts) {
    const folder = folders.get(folderOf(path)) ?? new Map<string, string>();
    folders.set(folderOf(path), folder.set(path, text));
  }
  return folders;
}

function finding(
  { tool, source, migration }: Known,
  change: MigrationFinding['change'],
  { servicesOf }: MigrationSurroundings,
  siblings: ReadonlyMap<string, ReadonlyMap<string, string>>,
): MigrationFinding {
  const judgement: Judgement = tool.judge(source, migration, siblings.get(source.folder) ?? new Map());
  const { operations, hasDown, downNote } = judgement;
  const losses = operations.filter((operation) => operation.effect === 'destroys');
  const note = downNote ?? (losses[0] && `undoing it does not bring back what it ${inThePast(losses[0].text)}`);
  return {
    id: migration.id,
    tool: tool.name,
    change,
    services: servicesOf(source.path),
    operations,
    down: hasDown ? (losses.length > 0 ? 'lossy' : 'yes') : 'no',
    ...(note === undefined ? {} : { downNote: note }),
    ...(migration.after === undefined ? {} : { after: migration.after }),
    seen: { file: source.path, line: migration.line ?? 1, side: change === 'removed' ? 'base' : 'head' },
  };
}

/** Tells each new migration which one comes before it, and the last of a folder what is wrong with the order. */
function withHistory(
  findings: readonly MigrationFinding[],
  added: readonly Known[],
  siblings: ReadonlyMap<string, ReadonlyMap<string, string>>,
  { existsAtHead, tools = MIGRATION_TOOLS }: MigrationSurroundings,
): MigrationFinding[] {
  const result = [...findings];
  const histories = new Map<string, Known[]>();
  for (const one of added) {
    const key = `${one.tool.name}\0${one.source.folder}`;
    histories.set(key, [...(histories.get(key) ?? []), one]);
  }
  for (const news of histories.values()) {
    const [{ tool, source }] = news as [Known, ...Known[]];
    const brought = new Set(news.map((one) => one.source.path));
    const old = [...(siblings.get(source.folder) ?? [])]
      .filter(([path]) => !brought.has(path))
      .flatMap(([path, text]) => migrationsIn(path, text, existsAtHead, tools))
      .filter((one) => one.tool === tool);
    const entry = (one: Known, isNew: boolean) => ({ id: one.migration.id, after: one.migration.after, isNew });
    const history = [...old.map((one) => entry(one, false)), ...news.map((one) => entry(one, true))];
    const compare = tool.compare ?? ((a, b) => byNumber(a.id, b.id));
    const order = [...old, ...news]
      .map(({ migration, source: { path } }) => ({ id: migration.id, file: path, line: migration.line ?? 1 }))
      .sort(compare)
      .map(({ id }) => id);
    const conflicts = tool.conflicts?.(history) ?? [];
    const last = news.at(-1)?.migration.id;
    for (const { migration, source: own } of news) {
      const at = result.findIndex(
        (one) => one.change === 'added' && one.id === migration.id && one.seen.file === own.path,
      );
      const found = result[at];
      if (found === undefined) continue;
      const previous = order[order.indexOf(migration.id) - 1];
      result[at] = {
        ...found,
        ...(previous === undefined ? {} : { previous }),
        ...(conflicts.length > 0 && migration.id === last ? { conflicts } : {}),
      };
    }
  }
  return result;
}

/** `drops the column a` as `dropped the column a`. */
function inThePast(sentence: string): string {
  return sentence.replace(/^(\w+)s /, (_all, verb: string) =>
    verb.endsWith('e') ? `${verb}d ` : verb.endsWith('p') ? `${verb}ped ` : `${verb}ed `,
  );
}
