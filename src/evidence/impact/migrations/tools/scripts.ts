import { judgeJavaScript } from '../javascript.ts';
import type { Commands, MigrationRun, MigrationTool, SourceFile } from '../tool.ts';

const IS_SCRIPT = /^\.[cm]?[jt]s$/;
const isScript = ({ extension, path }: SourceFile): boolean => IS_SCRIPT.test(extension) && !/\.d\.[cm]?ts$/.test(path);
/** A file of a folder of migrations that exports `up`. */
function exportsUp(file: SourceFile): boolean {
  return (
    isScript(file) &&
    /(^|\/)(migrations?|migrate)\//i.test(file.path) &&
    /\bexports\.up\b|\bexport\s+(?:async\s+)?(?:function|const)\s+up\b|\bup\s*[:(]|\bup\s*=/.test(file.text)
  );
}
const fileOf = ({ seen }: { readonly seen: { readonly file: string } }): string =>
  seen.file.slice(seen.file.lastIndexOf('/') + 1);

function scriptTool(
  name: string,
  runs: MigrationTool['runs'],
  isOwn: (file: SourceFile) => boolean,
  commands?: (run: MigrationRun) => Commands,
): MigrationTool {
  return {
    name,
    runs,
    recognise: (file) => (isOwn(file) ? [{ id: file.stem }] : undefined),
    judge: ({ text }) => judgeJavaScript(text),
    ...(commands === undefined ? {} : { commands }),
  };
}

/** TypeORM (typeorm.io/docs/migrations): all that are pending; its command names a data source that only the repository knows. */
export const typeorm = scriptTool(
  'typeorm',
  'all',
  (file) => isScript(file) && /\bimplements\s+MigrationInterface\b|\bup\s*\(\s*queryRunner\b/.test(file.text),
);

/** MikroORM (mikro-orm.io/docs/migrations): `--only` runs the one that it names. */
export const mikroOrm = scriptTool(
  'mikro-orm',
  'one',
  (file) => isScript(file) && /\bextends\s+Migration\b/.test(file.text) && /@mikro-orm\/migrations/.test(file.text),
  ({ migrations: [{ id }] }) => ({
    up: ['npx', 'mikro-orm', 'migration:up', '--only', id],
    down: ['npx', 'mikro-orm', 'migration:down', '--only', id],
  }),
);

/** Sequelize (sequelize.org/docs/v6/other-topics/migrations): `--to` runs all that are pending up to the one that it names. */
export const sequelize = scriptTool(
  'sequelize',
  'through',
  (file) => exportsUp(file) && /\bqueryInterface\b/.test(file.text),
  ({ migrations }) => ({
    up: ['npx', 'sequelize-cli', 'db:migrate', '--to', fileOf(migrations.at(-1) ?? migrations[0])],
    down:
      migrations.length === 1
        ? ['npx', 'sequelize-cli', 'db:migrate:undo', '--name', fileOf(migrations[0])]
        : ['npx', 'sequelize-cli', 'db:migrate:undo:all', '--to', fileOf(migrations[0])],
  }),
);

/** node-pg-migrate (salsita.github.io/node-pg-migrate): `up N` runs the next N. */
export const nodePgMigrate = scriptTool(
  'node-pg-migrate',
  'through',
  (file) => exportsUp(file) && /\bpgm\b|\bMigrationBuilder\b/.test(file.text),
  ({ migrations: { length } }) => ({
    up: ['npx', 'node-pg-migrate', 'up', String(length)],
    down: ['npx', 'node-pg-migrate', 'down', String(length)],
  }),
);

/** Kysely (kysely.dev/docs/migrations): a program of the repository's own runs it. */
export const kysely = scriptTool('kysely', 'all', (file) => exportsUp(file) && /\bKysely\b/.test(file.text));

/** Knex (knexjs.org/guide/migrations.html): `migrate:up NAME` runs the one that it names. */
export const knex = scriptTool(
  'knex',
  'one',
  (file) => exportsUp(file) && /\bknex\b/i.test(file.text),
  ({ migrations: [one] }) => ({
    up: ['npx', 'knex', 'migrate:up', fileOf(one)],
    down: ['npx', 'knex', 'migrate:down', fileOf(one)],
  }),
);

/** db-migrate (db-migrate.readthedocs.io): `up NAME` runs all that are pending up to the one that it names. */
export const dbMigrate = scriptTool(
  'db-migrate',
  'through',
  (file) =>
    exportsUp(file) &&
    /^\d{8,}-/.test(file.stem) &&
    /\bdb\.(?:runSql|all|\w+(?:Table|Column|Index|ForeignKey))\b/.test(file.text),
  ({ migrations }) => ({
    up: ['npx', 'db-migrate', 'up', (migrations.at(-1) ?? migrations[0]).id],
    down: ['npx', 'db-migrate', 'down', '--count', String(migrations.length)],
  }),
);

/** Umzug (github.com/sequelize/umzug) runs any script that exports `up`, called after a time; a program of the repository's own starts it. */
export const umzug = scriptTool(
  'umzug',
  'all',
  (file) => (exportsUp(file) && /^\d{8,}[-_.]\w/.test(file.stem) && /\bdown\b/.test(file.text)) || isNumberedSql(file),
);

/** A script that is called after a time, exports `up` and `down` and runs SQL, in a folder of any name: a team's own tool runs it as Umzug would. */
const isNumberedSql = (file: SourceFile): boolean =>
  isScript(file) &&
  /^(?:[\w.]+-)?\d{10,}[-_.]\w/.test(file.stem) &&
  /\bexport\b|\bexports\b/.test(file.text) &&
  /\bup\s*[:(=]/.test(file.text) &&
  /\bdown\s*[:(=]/.test(file.text) &&
  /\b(?:alter|create|drop)\s+(?:table|index|type|unique|policy|view)\b/i.test(file.text);
