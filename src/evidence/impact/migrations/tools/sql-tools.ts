import { baseName, folderOf } from '../../paths.ts';
import { type MigrationTool, numberConflicts, type SourceFile } from '../tool.ts';
import { judgeScript } from './sql-script.ts';

const isSql = ({ extension }: SourceFile): boolean => extension === '.sql';
const leadingNumber = (id: string): string | undefined => /^\d+/.exec(id)?.[0];
const versionOf = (id: string): string => leadingNumber(id) ?? id;

/** Prisma (prisma.io/docs/orm/prisma-migrate): `migrate deploy` runs all that are pending. */
export const prisma: MigrationTool = {
  name: 'prisma',
  runs: 'all',
  recognise(file) {
    const id = baseName(file.folder);
    if (!isSql(file) || file.stem !== 'migration' || !/^\d+_/.test(id) || isDrizzleFolder(file)) return undefined;
    return [{ id, downFiles: [`${file.folder}/down.sql`] }];
  },
  judge: judgeScript,
  commands: () => ({ up: ['npx', 'prisma', 'migrate', 'deploy'] }),
  historyOf: (path) => folderOf(folderOf(path)),
};

function isDrizzleFolder({ folder, exists }: SourceFile): boolean {
  return exists(`${folder}/snapshot.json`) && !exists(`${folderOf(folder)}/migration_lock.toml`);
}

/** Drizzle (orm.drizzle.team/docs/migrations): `migrate` runs all that are pending. */
export const drizzle: MigrationTool = {
  name: 'drizzle',
  runs: 'all',
  recognise(file) {
    if (!isSql(file)) return undefined;
    if (file.stem === 'migration' && /^\d+_/.test(baseName(file.folder)) && isDrizzleFolder(file))
      return [{ id: baseName(file.folder), downFiles: [`${file.folder}/down.sql`] }];
    const isListed = /^\d{4}_/.test(file.stem) && file.exists(`${file.folder}/meta/_journal.json`);
    return isListed ? [{ id: file.stem }] : undefined;
  },
  judge: judgeScript,
  commands: () => ({ up: ['npx', 'drizzle-kit', 'migrate'] }),
  historyOf: (path) => (path.endsWith('/migration.sql') ? folderOf(folderOf(path)) : folderOf(path)),
};

/** Diesel (diesel.rs/guides/getting-started): `migration run` runs all that are pending. */
export const diesel: MigrationTool = {
  name: 'diesel',
  runs: 'all',
  recognise(file) {
    // Others lay their files out as Diesel does, but only Diesel names its folders by the date with dashes.
    const isOwn = isDirected(file) && /^(\d{4}-\d{2}-\d{2}-\d{6}|0{14})_/.test(baseName(file.folder));
    return isOwn ? [directed(file)] : undefined;
  },
  judge: judgeScript,
  commands: ({ migrations: { length } }) => ({
    up: ['diesel', 'migration', 'run'],
    down: ['diesel', 'migration', 'revert', ...(length === 1 ? [] : ['-n', String(length)])],
  }),
  historyOf: (path) => folderOf(folderOf(path)),
};

/** `name/up.sql` and `name/down.sql` in a folder of migrations. */
const isDirected = (file: SourceFile): boolean =>
  isSql(file) && /^(up|down)$/.test(file.stem) && /(^|\/)migrations\//.test(file.path);
const directed = ({ folder, stem }: SourceFile) => ({
  id: baseName(folder),
  downFiles: [`${folder}/down.sql`],
  isDown: stem === 'down',
});

/** golang-migrate (github.com/golang-migrate/migrate): `goto V`; its command names a database URL. */
export const golangMigrate: MigrationTool = {
  name: 'golang-migrate',
  runs: 'through',
  readsSiblings: true,
  recognise(file) {
    const paired = isSql(file) ? /^(\d+_.+)\.(up|down)$/.exec(file.stem) : null;
    if (paired === null) return undefined;
    return [
      {
        id: paired[1] ?? file.stem,
        downFiles: [`${file.folder}/${paired[1]}.down.sql`],
        isDown: paired[2] === 'down',
      },
    ];
  },
  judge: judgeScript,
  conflicts: (history) => numberConflicts(history, leadingNumber, 'it is passed over; give it a higher number'),
};

/** goose (pressly.github.io/goose): `up-to` runs all that are pending up to a version; GOOSE_DRIVER and GOOSE_DBSTRING say where. */
export const goose: MigrationTool = {
  name: 'goose',
  runs: 'through',
  recognise(file) {
    const isScript = isSql(file) && /^[ \t]*--[ \t]*\+(goose|migrate)\s+Up\b/im.test(file.text);
    const isCode = file.extension === '.go' && /\bgoose\.AddMigration\w*\(/.test(file.text) && /^\d+_/.test(file.stem);
    return isScript || isCode ? [{ id: file.stem }] : undefined;
  },
  judge: judgeScript,
  commands: ({ migrations }) => {
    const [first, last] = [migrations[0], migrations.at(-1) ?? migrations[0]];
    // sql-migrate has the same marks in its scripts, and no command that stops at a version.
    if (!/^\d+_/.test(first.id)) return {};
    const call = (...rest: string[]) => ['goose', '-dir', folderOf(first.seen.file) || '.', ...rest];
    return {
      up: call('up-to', versionOf(last.id)),
      ...(first.previous === undefined ? {} : { down: call('down-to', versionOf(first.previous)) }),
    };
  },
};

/** dbmate (github.com/amacneil/dbmate): `migrate` runs all that are pending, `rollback` undoes the last. */
export const dbmate: MigrationTool = {
  name: 'dbmate',
  runs: 'all',
  recognise: (file) =>
    isSql(file) && /^[ \t]*--[ \t]*migrate:up\b/im.test(file.text) ? [{ id: file.stem }] : undefined,
  judge: judgeScript,
  commands: ({ migrations: { length } }) => ({
    up: ['dbmate', 'migrate'],
    ...(length === 1 ? { down: ['dbmate', 'rollback'] } : {}),
  }),
};

const FOLDER = /(^|\/)(migrations?|migrate|db-?migrations?|schema-?changes|changes|deltas?|patches|upgrades?)(\/|$)/i;
/** Projects of .NET that carry their scripts, and folders of scripts: `Shop.Migrations/Scripts`, `Migrator/DbScripts` (dbup.readthedocs.io). */
const CARRIES = /(^|\/)([\w.-]*(migrations?|migrators?|dbup)|(db|sql|database|migration)-?scripts?)(\/|$)/i;
const WORDS = ['down', 'undo', 'rollback', 'revert'] as const;

/** A script in a folder of migrations that changes something, and is neither a dump nor seed data; who runs it is not known. */
export const plainSql: MigrationTool = {
  name: 'sql',
  runs: 'one',
  recognise(file) {
    const { folder, stem, path, text } = file;
    if (!isSql(file)) return undefined;
    if (isDirected(file)) return [directed(file)];
    if (/^(migration|up|down)$/.test(stem) || !(FOLDER.test(folder) || (CARRIES.test(folder) && /^\d/.test(stem))))
      return undefined;
    if (/(^|[_-])(seeds?|dump|snapshot|fixtures?)([_-]|$)|^(schema|structure|init)$/i.test(stem)) return undefined;
    if (/(^|\/)seeds?\//i.test(path)) return undefined;
    if (!/\b(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|RENAME|TRUNCATE|GRANT|REVOKE)\b/i.test(text)) return undefined;
    const id = stem.replace(/[._-]up$/i, '');
    const isDown =
      /[._-](down|undo|rollback|revert)$/i.test(stem) || /(^|\/)(down|undo|rollbacks?|revert)\//i.test(path);
    const downFiles = WORDS.flatMap((word) => [
      ...['.', '_', '-'].map((sign) => `${folder}/${id}${sign}${word}.sql`),
      `${folder}/${word}/${id}.sql`,
      `${folderOf(folder)}/${word}/${id}.sql`,
    ]);
    return [{ id, isDown, downFiles }];
  },
  judge: judgeScript,
};
