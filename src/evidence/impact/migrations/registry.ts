import type { MigrationTool } from './tool.ts';
import { alembic } from './tools/alembic.ts';
import { ecto, ectoInCode, efCore } from './tools/compiled.ts';
import { django } from './tools/django.ts';
import { flyway } from './tools/flyway.ts';
import { goCode, goList } from './tools/go.ts';
import { liquibase } from './tools/liquibase.ts';
import { doctrine, laravel, phinx } from './tools/php.ts';
import { rails } from './tools/rails.ts';
import { dbMigrate, knex, kysely, mikroOrm, nodePgMigrate, sequelize, typeorm, umzug } from './tools/scripts.ts';
import { dbmate, diesel, drizzle, golangMigrate, goose, plainSql, prisma } from './tools/sql-tools.ts';

/** The tools that are known. The first that recognises a file has it, so what is less certain stands further down. */
export const MIGRATION_TOOLS: readonly MigrationTool[] = [
  liquibase,
  rails,
  django,
  alembic,
  laravel,
  doctrine,
  phinx,
  ecto,
  ectoInCode,
  efCore,
  typeorm,
  mikroOrm,
  sequelize,
  nodePgMigrate,
  kysely,
  knex,
  dbMigrate,
  umzug,
  prisma,
  drizzle,
  diesel,
  golangMigrate,
  flyway,
  goose,
  dbmate,
  goCode,
  goList,
  plainSql,
];

/** The tool of a name. */
export function migrationTool(
  name: string,
  tools: readonly MigrationTool[] = MIGRATION_TOOLS,
): MigrationTool | undefined {
  return tools.find((tool) => tool.name === name);
}
