import type { MigrationTool } from '../findings.ts';
import { baseName, extensionOf, folderOf, roleOf } from '../paths.ts';

/** A file that is a migration, or the way down of one. */
export interface MigrationFile {
  readonly tool: Exclude<MigrationTool, 'liquibase'>;
  readonly id: string;
  /** True for a file that only undoes: it is no migration of its own. */
  readonly isDown: boolean;
  /** Paths, any of which holds the way down of this migration. */
  readonly downFiles: readonly string[];
}

/** Asks whether a file exists beside the migration, on the same side of the difference. */
export type Exists = (path: string) => boolean;

/**
 * Tells whether a file is a database migration, of which tool, by the layout and the content that the tool's documentation
 * prescribes. Liquibase's changelogs hold many migrations each and are read elsewhere.
 */
export function recogniseMigration(path: string, text: string, exists: Exists): MigrationFile | undefined {
  if (roleOf(path) !== 'product') return undefined;
  const extension = extensionOf(path);
  if (extension === '.sql') return recogniseSql(path, text, exists);
  const stem = baseName(path).slice(0, -extension.length);
  const found = (tool: MigrationFile['tool'], id = stem): MigrationFile => ({ tool, id, isDown: false, downFiles: [] });
  switch (extension) {
    case '.rb':
      return /(^|\/)db\/(\w*_)?(migrate|data)\/\d+_[\w.]+\.rb$/.test(path) ? found('rails') : undefined;
    case '.py':
      return recognisePython(path, text, stem, found);
    case '.php':
      if (/(^|\/)migrations?\/\d{4}_\d{2}_\d{2}_\d{6}_\w+\.php$/.test(path)) return found('laravel');
      if (!/AbstractMigration/.test(text)) return undefined;
      return /^Version\d{14}$/.test(stem) ? found('doctrine') : /^\d{14}_\w+$/.test(stem) ? found('phinx') : undefined;
    case '.exs':
      return /(^|\/)priv\/[^/]+\/migrations\/\d+_\w+\.exs$/.test(path) ? found('ecto') : undefined;
    case '.cs':
      return /^\d{14}_\w+$/.test(stem) && /:\s*Migration\b/.test(text) ? found('ef-core') : undefined;
    case '.go':
      return /\bgoose\.AddMigration\w*\(/.test(text) && /^\d+_/.test(stem) ? found('goose') : undefined;
    case '.java':
    case '.kt':
      return /^[VR]\d*[\d._]*__\w+$/.test(stem) && /BaseJavaMigration|JavaMigration/.test(text)
        ? found('flyway')
        : undefined;
    default:
      return /^\.[cm]?[jt]s$/.test(extension) && !/\.d\.[cm]?ts$/.test(path)
        ? recogniseScript(path, text, stem, found)
        : undefined;
  }
}

type Found = (tool: MigrationFile['tool'], id?: string) => MigrationFile;

function recognisePython(path: string, text: string, stem: string, found: Found): MigrationFile | undefined {
  const app = /(?:^|\/)([^/]+)\/migrations\/[^/]+\.py$/.exec(path)?.[1];
  if (app !== undefined && /^class\s+Migration\s*\(/m.test(text) && /^\s+operations\b/m.test(text))
    return found('django', `${app}.${stem}`);
  const revision = /^revision\s*(?::[^=\n]*)?=\s*u?["']([^"']+)["']/m.exec(text)?.[1];
  if (revision !== undefined && /^down_revision\b/m.test(text) && /^def upgrade\b/m.test(text))
    return found('alembic', revision);
  return undefined;
}

function recogniseScript(path: string, text: string, stem: string, found: Found): MigrationFile | undefined {
  if (/\bimplements\s+MigrationInterface\b|\bup\s*\(\s*queryRunner\b/.test(text)) return found('typeorm');
  if (/\bextends\s+Migration\b/.test(text) && /@mikro-orm\/migrations/.test(text)) return found('mikro-orm');
  const isPlaced = /(^|\/)(migrations?|migrate)\//i.test(path) && /^(\d{3,}|V\d+)/.test(stem);
  const hasUp = /\bexports\.up\b|\bexport\s+(?:async\s+)?(?:function|const)\s+up\b|\bup\s*[:(]|\bup\s*=/.test(text);
  if (!hasUp || (!isPlaced && !/(^|\/)(migrations?|migrate)\//i.test(path))) return undefined;
  if (/\bqueryInterface\b/.test(text)) return found('sequelize');
  if (/\bpgm\b|\bMigrationBuilder\b/.test(text)) return found('node-pg-migrate');
  if (/\bKysely\b/.test(text)) return found('kysely');
  return /\bknex\b/i.test(text) ? found('knex') : undefined;
}

function recogniseSql(path: string, text: string, exists: Exists): MigrationFile | undefined {
  const folder = folderOf(path);
  const parent = folderOf(folder);
  const stem = baseName(path).slice(0, -'.sql'.length);
  const own = (
    tool: MigrationFile['tool'],
    id: string,
    downFiles: readonly string[] = [],
    isDown = false,
  ): MigrationFile => ({ tool, id, isDown, downFiles });

  if (stem === 'migration') {
    const id = baseName(folder);
    if (!/^\d+_/.test(id)) return undefined;
    const isDrizzle = exists(`${folder}/snapshot.json`) && !exists(`${parent}/migration_lock.toml`);
    return own(isDrizzle ? 'drizzle' : 'prisma', id, [`${folder}/down.sql`]);
  }
  if (/^\d{4}_/.test(stem) && exists(`${folder}/meta/_journal.json`)) return own('drizzle', stem);

  const directed = /^(up|down)$/.exec(stem);
  if (directed && /(^|\/)migrations\//.test(path)) {
    // Others lay their files out as Diesel does, but only Diesel names its folders by the date with dashes.
    const tool = /^(\d{4}-\d{2}-\d{2}-\d{6}|0{14})_/.test(baseName(folder)) ? 'diesel' : 'sql';
    return own(tool, baseName(folder), [`${folder}/down.sql`], directed[1] === 'down');
  }
  if (directed || stem === 'down') return undefined;

  const paired = /^(\d+_.+)\.(up|down)$/.exec(stem);
  if (paired)
    return own('golang-migrate', paired[1] ?? stem, [`${folder}/${paired[1]}.down.sql`], paired[2] === 'down');

  const flyway = /^([VUB])(\d[\d._]*)__(.+)$/.exec(stem);
  if (flyway) return own('flyway', stem, [`${folder}/U${flyway[2]}__${flyway[3]}.sql`], flyway[1] === 'U');
  if (/^R__.+$/.test(stem)) return own('flyway', stem);

  if (/^\s*--\s*\+(goose|migrate)\s+Up\b/im.test(text)) return own('goose', stem);
  if (/^\s*--\s*migrate:up\b/im.test(text)) return own('dbmate', stem);
  return recognisePlainSql(path, text, stem, folder);
}

/** A script in a folder of migrations that changes something, and is neither a dump nor seed data. */
function recognisePlainSql(path: string, text: string, stem: string, folder: string): MigrationFile | undefined {
  if (
    !/(^|\/)(migrations?|migrate|db-?migrations?|schema-?changes|changes|deltas|patches|upgrades?)(\/|$)/i.test(folder)
  )
    return undefined;
  if (
    /(^|[_-])(seeds?|dump|snapshot|fixtures?)([_-]|$)|^(schema|structure|init)$/i.test(stem) ||
    /(^|\/)seeds?\//i.test(path)
  )
    return undefined;
  if (!/\b(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|RENAME|TRUNCATE|GRANT|REVOKE)\b/i.test(text)) return undefined;
  const base = stem.replace(/[._-]up$/i, '');
  const isDown = /[._-](down|undo|rollback|revert)$/i.test(stem) || /(^|\/)(down|undo|rollbacks?|revert)\//i.test(path);
  const downFiles = ['down', 'undo', 'rollback', 'revert'].flatMap((word) => [
    `${folder}/${base}.${word}.sql`,
    `${folder}/${base}_${word}.sql`,
    `${folder}/${base}-${word}.sql`,
    `${folder}/${word}/${base}.sql`,
    `${folderOf(folder)}/${word}/${base}.sql`,
  ]);
  return { tool: 'sql', id: base, isDown, downFiles };
}
