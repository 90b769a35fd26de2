import { describe, expect, test } from 'vitest';
import { compareMigrations } from '../../../../../src/evidence/impact/migrations/compare.ts';

/** Reads one new file as a migration, in a tree with the given other files. */
function added(path: string, text: string, others: readonly string[] = []): string {
  const exists = (other: string) => other === path || others.includes(other);
  const found = compareMigrations([{ oldPath: undefined, newPath: path, oldText: undefined, newText: text }], {
    existsAtHead: exists,
    existsAtBase: () => false,
    servicesOf: () => [],
  });
  return found
    .map((m) => [m.tool, m.id, m.down, ...m.operations.map((o) => `${o.effect}@${o.line}`)].join(' '))
    .join(' | ');
}

describe('recognised, by the layout that each tool prescribes', () => {
  test.each([
    [
      'prisma/migrations/20260101000000_init/migration.sql',
      'CREATE TABLE a (id int);',
      ['prisma/migrations/migration_lock.toml'],
      'prisma 20260101000000_init no',
    ],
    [
      'src/db/20260101000000_x/migration.sql',
      'DROP TABLE a;',
      ['src/db/20260101000000_x/snapshot.json'],
      'drizzle 20260101000000_x no destroys@1',
    ],
    [
      'drizzle/0003_brave_thor.sql',
      'ALTER TABLE "a" ADD COLUMN "b" text;--> statement-breakpoint\nDROP TABLE "c";',
      ['drizzle/meta/_journal.json'],
      'drizzle 0003_brave_thor no destroys@2',
    ],
    [
      'db/migrations/000003_add_x.up.sql',
      'ALTER TABLE a ADD b int;',
      ['db/migrations/000003_add_x.down.sql'],
      'golang-migrate 000003_add_x yes',
    ],
    ['db/migrations/000003_add_x.up.sql', 'ALTER TABLE a ADD b int;', [], 'golang-migrate 000003_add_x no'],
    ['db/migrations/000003_add_x.down.sql', 'ALTER TABLE a DROP b;', [], ''],
    [
      'migrations/2026-01-01-000000_x/up.sql',
      'DROP TABLE a;',
      ['migrations/2026-01-01-000000_x/down.sql'],
      'diesel 2026-01-01-000000_x lossy destroys@1',
    ],
    [
      'src/main/resources/db/migration/V2_1__Add_x.sql',
      'CREATE INDEX i ON a (b);',
      [],
      'flyway V2_1__Add_x no locks@1',
    ],
    ['db/V3__x.sql', 'SELECT 1;', ['db/U3__x.sql'], 'flyway V3__x yes'],
    [
      'shop/db_migrations/0002_x.py',
      "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_a')]\n    operations = [\n    ]\n",
      [],
      'django shop.0002_x yes',
    ],
    [
      'packages/schemas/alterations/1.42.0-1784619793-add-index.ts',
      'const alteration = {\n  up: async (pool) => pool.query(sql`create table a (id int);`),\n  down: async (pool) => pool.query(sql`drop table a;`),\n};\nexport default alteration;\n',
      [],
      'umzug 1.42.0-1784619793-add-index yes',
    ],
    ['src/jobs/1784619793-report.ts', 'export const job = { up: () => 1, down: () => 2 };\n', [], ''],
    ['db/U3__x.sql', 'SELECT 1;', [], ''],
    [
      'internal/migrations/v6.1.0.go',
      'func V6_1_0(db *sqlx.DB) error {\n\t_, err := db.Exec(`DROP TABLE a;`)\n\treturn err\n}\n',
      [],
      'go-code v6.1.0 no destroys@2',
    ],
    [
      'pkg/migration/20260101120000.go',
      'func init() { add(&Migration{ ID: "20260101120000", Migrate: func(tx *xorm.Engine) error { return nil }, Rollback: func(tx *xorm.Engine) error { return nil } }) }',
      [],
      'go-code 20260101120000 yes',
    ],
    ['internal/migrations/v6.1.0.go', 'package migrations\n\nconst Version = 1\n', [], ''],
    ['internal/clients/v6.1.0.go', 'func F(db *sql.DB) {}', [], ''],
    [
      'db/migrations/20260101120000-add-x.js',
      'exports.up = (db, cb) => db.runSql(`DROP TABLE a;`, cb);\nexports.down = (db, cb) => db.runSql(`CREATE TABLE a (id int);`, cb);\n',
      [],
      'db-migrate 20260101120000-add-x lossy destroys@1',
    ],
    [
      'src/migrations/20260101120000-fill.js',
      'exports.up = (db, cb) => fill(db.pool, cb);\nexports.down = (db, cb) => cb();\n',
      [],
      'umzug 20260101120000-fill no',
    ],
    [
      'internal/migrations/00002_x.sql',
      '-- +goose Up\nALTER TABLE a ADD b int;\n-- +goose Down\nALTER TABLE a DROP COLUMN b;\n',
      [],
      'goose 00002_x yes',
    ],
    [
      'db/migrations/20260101_x.sql',
      '-- migrate:up\nDROP TABLE a;\n\n-- migrate:down\n',
      [],
      'dbmate 20260101_x no destroys@2',
    ],
    ['supabase/migrations/20260101000000_x.sql', 'alter table a add column b int;', [], 'sql 20260101000000_x no'],
    ['util/Migrator/DbScripts/2026-05-15_00_AddX.sql', 'ALTER TABLE a ADD b int;', [], 'sql 2026-05-15_00_AddX no'],
    ['sql/mysql/delta/v230-v240/shop.sql', 'ALTER TABLE a ADD b int;', [], 'sql shop no'],
    ['src/Shop.Migrations/Scripts/0001_x.sql', 'ALTER TABLE a ADD b int;', [], 'sql 0001_x no'],
    ['src/Shop.Migrations/Scripts/helper.sql', 'ALTER TABLE a ADD b int;', [], ''],
    ['src/Sql/dbo/0001_x.sql', 'ALTER TABLE a ADD b int;', [], ''],
    ['migrations/003.sql', 'ALTER TABLE a ADD b int;', ['migrations/003.down.sql'], 'sql 003 yes'],
    [
      'priv/repo/migrations/20260101000000_x.exs',
      'def change do\n  alter table(:a) do\n    add :b, :string\n  end\nend',
      [],
      'ecto 20260101000000_x yes',
    ],
    [
      'lib/shop/tenants/migrations/20260101000000_x.ex',
      'defmodule X do\n  use Ecto.Migration\n  def change do\n    drop table(:a)\n  end\nend',
      [],
      'ecto-in-code 20260101000000_x lossy destroys@4',
    ],
    ['lib/shop/migrations/20260101_x.ex', 'defmodule X do\nend', [], ''],
    [
      'Migrations/20260101000000_X.cs',
      'public partial class X : Migration {\n protected override void Up(MigrationBuilder migrationBuilder) {\n migrationBuilder.DropColumn(name: "a", table: "b");\n }\n protected override void Down(MigrationBuilder migrationBuilder) {\n migrationBuilder.AddColumn<int>(name: "a", table: "b");\n }\n}',
      [],
      'ef-core 20260101000000_X lossy destroys@3',
    ],
    ['Migrations/20260101000000_X.Designer.cs', 'partial class X { }', [], ''],
    [
      'migrations/Version20260101000000.php',
      "<?php class Version20260101000000 extends AbstractMigration {\npublic function up(Schema $s): void {\n$this->addSql('DROP TABLE a');\n}\npublic function down(Schema $s): void {\n$this->addSql('CREATE TABLE a (id INT)');\n}}",
      [],
      'doctrine Version20260101000000 lossy destroys@3',
    ],
    [
      'migrations/1767225600000-X.js',
      'module.exports = class X1767225600000 {\n  async up(queryRunner) {\n    await queryRunner.query(`DROP TABLE "a"`);\n  }\n  async down(queryRunner) {\n    await queryRunner.query(`CREATE TABLE "a" (id int)`);\n  }\n};',
      [],
      'typeorm 1767225600000-X lossy destroys@3',
    ],
    [
      'migrations/default/1600000000000_x/up.sql',
      'ALTER TABLE a ADD b int;',
      ['migrations/default/1600000000000_x/down.sql'],
      'sql 1600000000000_x yes',
    ],
    [
      'src/sentry/migrations/0001_x.py',
      'class Migration(CheckedMigration):\n    is_post_deployment = False\n    operations = [\n        migrations.DeleteModel(name="A"),\n    ]\n',
      [],
      'django sentry.0001_x lossy destroys@4',
    ],
    [
      'db/migrate/20260101000000_x.blorgh.rb',
      'class X < ActiveRecord::Migration[7.1]\n  def change\n    add_column :a, :b, :string\n  end\nend',
      [],
      'rails 20260101000000_x.blorgh yes',
    ],
    [
      'db/migrations/20260101000000_x.php',
      "<?php final class X extends AbstractMigration {\npublic function change(): void {\n$this->table('a')->addColumn('b', 'string')->update();\n}}",
      [],
      'phinx 20260101000000_x yes',
    ],
    // not migrations
    ['db/seeds/001_users.sql', 'INSERT INTO users VALUES (1);', [], ''],
    ['db/schema.sql', 'CREATE TABLE a (id int);', [], ''],
    ['queries/report.sql', 'SELECT * FROM a;', [], ''],
    ['migrations/README.sql', 'SELECT 1;', [], ''],
    ['test/fixtures/migrations/001.sql', 'DROP TABLE a;', [], ''],
    ['src/migrations/index.ts', "export * from './001';", [], ''],
    ['src/setup.ts', 'export const up = (knex) => knex.schema.dropTable("a");', [], ''],
    ['app/migrations/__init__.py', '', [], ''],
    ['scripts/migrate.py', 'print("migrations.Migration")', [], ''],
  ] as const)('%s', (path, text, others, expected) => expect(added(path, text, others)).toBe(expected));
});

describe('Rails', () => {
  const rails = (body: string) =>
    added('db/migrate/20260101000000_x.rb', `class X < ActiveRecord::Migration[7.1]\n${body}\nend\n`).replace(
      'rails 20260101000000_x ',
      '',
    );
  test.each([
    ['def change\n  add_column :a, :b, :string\nend', 'yes'],
    ['def change\n  add_column :a, :b, :string, null: false\nend', 'yes breaks@3'],
    ['def change\n  add_column :a, :b, :string, null: false, default: ""\nend', 'yes'],
    ['def change\n  remove_column :a, :b\nend', 'no destroys@3'],
    ['def change\n  remove_column :a, :b, :string\nend', 'lossy destroys@3'],
    ['def change\n  add_index :a, :b, algorithm: :concurrently\nend', 'yes'],
    ['def change\n  add_index :a, [:b, :c],\n    unique: true\nend', 'yes locks@3'],
    [
      'def change\n  create_table :a do |t|\n    t.string :b, null: false\n  end\n  add_index :a, :b\n  add_foreign_key :a, :c\nend',
      'yes',
    ],
    ['def change\n  add_reference :a, :b, foreign_key: true\nend', 'yes locks@3'],
    ['def change\n  change_column_null :a, :b, false\nend', 'yes breaks@3'],
    ['def change\n  rename_column :a, :b, :c\nend', 'yes breaks@3'],
    ['def change\n  change_column :a, :b, :text\nend', 'no breaks@3'],
    ['def change\n  change_column_default :a, :b, from: 1, to: 2\nend', 'yes'],
    [
      'def change\n  reversible do |dir|\n    dir.up { execute "UPDATE a SET b = 1" }\n    dir.down { execute "UPDATE a SET b = 0" }\n  end\nend',
      'yes locks@4',
    ],
    ['def change\n  execute "TRUNCATE a"\nend', 'no destroys@3'],
    ['def up\n  drop_table :a\nend\n\ndef down\n  create_table :a\nend', 'lossy destroys@3'],
    ['def up\n  drop_table :a\nend\n\ndef down\nend', 'no destroys@3'],
    ['def up\n  # drop_table :a\n  add_column :a, :b, :string\nend\n\ndef down\n  remove_column :a, :b\nend', 'yes'],
    ['def up\n  execute <<-SQL\n    ALTER TABLE a\n      DROP COLUMN b;\n  SQL\nend', 'no destroys@4'],
    [
      'def change\n  change_table :a do |t|\n    t.remove :b, type: :string\n    t.rename :c, :d\n  end\nend',
      'lossy destroys@4 breaks@5',
    ],
  ])('%s', (body, expected) => expect(rails(body)).toBe(expected));
});

describe('Django', () => {
  const django = (operations: string) =>
    added(
      'shop/orders/migrations/0002_x.py',
      `from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n${operations}\n    ]\n`,
    ).replace('django orders.0002_x ', '');
  test.each([
    ["migrations.AddField(model_name='a', name='b', field=models.TextField(null=True)),", 'yes'],
    ["migrations.AddField(model_name='a', name='b', field=models.TextField(default='')),", 'yes breaks@6'],
    ["migrations.AddField(model_name='a', name='b', field=models.TextField(db_default='')),", 'yes'],
    ["migrations.AddField(model_name='a', name='b', field=models.ManyToManyField(to='c')),", 'yes'],
    ["migrations.RemoveField(\n    model_name='a',\n    name='b',\n),", 'lossy destroys@6'],
    ["migrations.DeleteModel(name='a'),", 'lossy destroys@6'],
    ["migrations.AlterField(model_name='a', name='b', field=models.TextField()),", 'yes unknown@6'],
    ['migrations.RunPython(forwards),', 'no'],
    ['migrations.RunPython(forwards, backwards),', 'yes'],
    ['migrations.RunPython(code=forwards, reverse_code=migrations.RunPython.noop),', 'yes'],
    ["migrations.RunSQL('DROP TABLE a'),", 'no destroys@6'],
    [
      'migrations.RunSQL(\n    sql="""\n    ALTER TABLE a\n    DROP COLUMN b;\n    """,\n    reverse_sql="",\n),',
      'lossy destroys@8',
    ],
    ["migrations.AddIndex(model_name='a', index=models.Index(fields=['b'], name='i')),", 'yes locks@6'],
    ["AddIndexConcurrently(model_name='a', index=models.Index(fields=['b'], name='i')),", 'yes'],
    [
      "migrations.CreateModel(name='A', fields=[]),\nmigrations.AddIndex(model_name='a', index=models.Index(fields=['b'], name='i')),",
      'yes',
    ],
    ["migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='a')]),", 'yes'],
    ["# migrations.DeleteModel(name='a'),", 'yes'],
  ])('%s', (operations, expected) => expect(django(operations)).toBe(expected));
});

describe('Alembic', () => {
  const alembic = (up: string, down = 'op.drop_column("a", "b")') =>
    added(
      'alembic/versions/abc_x.py',
      `revision = 'abc'\ndown_revision = 'aaa'\n\n\ndef upgrade():\n    ${up}\n\n\ndef downgrade():\n    ${down}\n`,
    ).replace('alembic abc ', '');
  test.each([
    ['op.add_column("a", sa.Column("b", sa.Integer(), nullable=True))', 'yes'],
    ['op.add_column("a", sa.Column("b", sa.Integer(), nullable=False))', 'yes breaks@6'],
    ['op.add_column("a", sa.Column("b", sa.Integer(), nullable=False, server_default="0"))', 'yes'],
    ['op.drop_column("a", "b")', 'lossy destroys@6'],
    [
      'op.alter_column("a", "b", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)',
      'yes breaks@6',
    ],
    ['op.alter_column("a", "b", existing_type=sa.Integer(), nullable=False)', 'yes breaks@6'],
    ['op.alter_column("a", "b", existing_type=sa.Integer(), server_default="1")', 'yes'],
    ['op.create_index("i", "a", ["b"])', 'yes locks@6'],
    ['op.create_index("i", "a", ["b"], postgresql_concurrently=True)', 'yes'],
    ['op.create_table("a", sa.Column("id", sa.Integer()))\n    op.create_index("i", "a", ["id"])', 'yes'],
    ['with op.batch_alter_table("a") as batch_op:\n        batch_op.drop_column("b")', 'lossy destroys@7'],
    ['op.execute(sa.text("DELETE FROM a"))', 'lossy destroys@6'],
  ])('%s', (up, expected) => expect(alembic(up)).toBe(expected));

  test('a downgrade that passes or raises is no way down', () => {
    expect(alembic('op.execute("SELECT 1")', 'pass')).toBe('no');
    expect(alembic('op.execute("SELECT 1")', 'raise NotImplementedError')).toBe('no');
  });
});

describe('JavaScript and TypeScript', () => {
  test.each([
    [
      'migrations/20260101000000_x.js',
      "exports.up = (knex) => knex.schema.alterTable('a', (t) => { t.string('b').notNullable(); });\nexports.down = (knex) => knex.schema.alterTable('a', (t) => { t.dropColumn('b'); });",
      'knex 20260101000000_x yes breaks@1',
    ],
    [
      'migrations/20260101000000_x.ts',
      "import type { Knex } from 'knex';\nexport async function up(knex: Knex): Promise<void> {\n  await knex.schema.alterTable('a', (t) => {\n    t.string('b').notNullable().defaultTo('');\n    t.dropColumn('c');\n    t.bigInteger('d').alter();\n  });\n}\nexport async function down(knex: Knex): Promise<void> {}",
      'knex 20260101000000_x no destroys@5 breaks@6',
    ],
    [
      'migrations/20260101000000_x.js',
      "exports.up = async (knex) => { await knex.raw(`\n  DROP TABLE a;\n`); };\nexports.down = async () => { throw new Error('no'); };\n// knex",
      'knex 20260101000000_x no destroys@2',
    ],
    [
      'migrations/20260101000000-x.js',
      "module.exports = {\n  async up(queryInterface, Sequelize) {\n    await queryInterface.addColumn('a', 'b', { type: Sequelize.STRING, allowNull: false });\n    await queryInterface.removeColumn('a', 'c');\n  },\n  async down(queryInterface) {\n    await queryInterface.removeColumn('a', 'b');\n  },\n};",
      'sequelize 20260101000000-x lossy breaks@3 destroys@4',
    ],
    [
      'src/migration/1767225600000-X.ts',
      'import { MigrationInterface, QueryRunner } from "typeorm";\nexport class X1767225600000 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`ALTER TABLE "a" RENAME COLUMN "b" TO "c"`);\n    await queryRunner.dropColumn("a", "d");\n  }\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`ALTER TABLE "a" RENAME COLUMN "c" TO "b"`);\n  }\n}',
      'typeorm 1767225600000-X lossy breaks@4 destroys@5',
    ],
    [
      'src/migrations/Migration20260101000000.ts',
      "import { Migration } from '@mikro-orm/migrations';\nexport class Migration20260101000000 extends Migration {\n  override async up(): Promise<void> {\n    this.addSql('drop table if exists \"a\" cascade;');\n  }\n}",
      'mikro-orm Migration20260101000000 no destroys@4',
    ],
    [
      'migrations/1700000000000_x.js',
      "exports.up = (pgm) => {\n  pgm.dropColumns('a', ['b']);\n  pgm.createIndex('a', 'c');\n};\nexports.down = false;",
      'node-pg-migrate 1700000000000_x no destroys@2 locks@3',
    ],
    [
      'src/migrations/001_x.ts',
      "import { Kysely, sql } from 'kysely';\nexport async function up(db: Kysely<any>) {\n  await db.schema.alterTable('a').dropColumn('b').execute();\n  await sql`TRUNCATE a`.execute(db);\n}\nexport async function down(db: Kysely<any>) {\n  await db.schema.alterTable('a').addColumn('b', 'text').execute();\n}",
      'kysely 001_x lossy destroys@3 destroys@4',
    ],
  ])('%s', (path, text, expected) => expect(added(path, text)).toBe(expected));
});

describe('Liquibase', () => {
  const xml = (inner: string) => `<databaseChangeLog xmlns="x">\n${inner}\n</databaseChangeLog>`;
  test.each([
    [
      'db/changelog.xml',
      xml('<changeSet id="1" author="ada"><addColumn tableName="a"/></changeSet>'),
      'liquibase ada:1 yes',
    ],
    [
      'db/changelog.xml',
      xml('<changeSet author="ada" id="1"><sql>\nDROP TABLE a;\n</sql></changeSet>'),
      'liquibase ada:1 no destroys@3',
    ],
    [
      'db/changelog.xml',
      xml(
        '<changeSet id="1" author="ada"><dropTable tableName="a"/><rollback><createTable tableName="a"/></rollback></changeSet>',
      ),
      'liquibase ada:1 lossy destroys@2',
    ],
    [
      'db/changelog.yaml',
      'databaseChangeLog:\n  - changeSet:\n      id: 1\n      author: ada\n      changes:\n        - renameColumn:\n            tableName: a\n  - changeSet:\n      id: two\n      author: bob\n      changes:\n        - dropColumn:\n            tableName: a\n',
      'liquibase ada:1 yes breaks@6 | liquibase bob:two no destroys@12',
    ],
    [
      'db/changelog.json',
      '{ "databaseChangeLog": [ { "changeSet": { "id": "1", "author": "ada",\n "changes": [ { "createIndex": { "tableName": "a" } } ] } } ] }',
      'liquibase ada:1 yes locks@2',
    ],
    [
      'db/changelog.sql',
      '--liquibase formatted sql\n\n--changeset ada:1\nALTER TABLE a DROP COLUMN b;\n--rollback ALTER TABLE a ADD b int;\n\n--changeset ada:2\nSELECT 1;',
      'liquibase ada:1 lossy destroys@4 | liquibase ada:2 no',
    ],
    ['pom.xml', '<project><changeSet id="1"/></project>', ''],
  ])('%s: %s', (path, text, expected) => expect(added(path, text)).toBe(expected));
});

describe('both sides', () => {
  const compare = (
    oldPath: string | undefined,
    oldText: string | undefined,
    newPath: string | undefined,
    newText: string | undefined,
  ) =>
    compareMigrations([{ oldPath, newPath, oldText, newText }], {
      existsAtHead: () => true,
      existsAtBase: () => true,
      servicesOf: () => ['svc'],
    }).map((m) => `${m.change} ${m.id} ${m.seen.side}`);
  const sql = 'ALTER TABLE a ADD b int;';

  test('a migration that only moved is none', () => {
    expect(compare('db/migrations/001_x.sql', sql, 'sql/migrations/001_x.sql', `${sql}\n`)).toEqual([]);
  });
  test('an edit of an old migration is told apart from a new one', () => {
    expect(compare('migrations/001_x.sql', sql, 'migrations/001_x.sql', 'DROP TABLE a;')).toEqual([
      'changed 001_x head',
    ]);
  });
  test('a removed migration is a finding', () => {
    expect(compare('migrations/001_x.sql', sql, undefined, undefined)).toEqual(['removed 001_x base']);
  });
  test('a change set appended to a changelog is the only new one', () => {
    const set = (id: number) => `<changeSet id="${id}" author="a"><addColumn tableName="t"/></changeSet>`;
    const log = (...ids: number[]) => `<databaseChangeLog>${ids.map(set).join('\n')}</databaseChangeLog>`;
    expect(compare('c.xml', log(1, 2), 'c.xml', log(1, 2, 3))).toEqual(['added a:3 head']);
  });
});

describe('a list of Go that is gone through', () => {
  const list = (...entries: string[]) =>
    `package db\n\nvar changes = []Change{\n${entries.map((one) => `\tSQL(\`${one}\`),\n`).join('')}}\n`;
  const before = list('create table a (id int, x text)', 'create index i on a (id)');
  const between = (oldText: string | undefined, newText: string) =>
    compareMigrations([{ oldPath: oldText && 'db/migrate.go', newPath: 'db/migrate.go', oldText, newText }], {
      existsAtHead: () => true,
      existsAtBase: () => true,
      servicesOf: () => [],
    }).map(({ id, change, operations, seen }) =>
      [change, id, seen.line, ...operations.map((one) => `${one.effect}@${one.line}`)].join(' '),
    );
  test('has a migration at each place', () => {
    expect(
      between(before, list('create table a (id int, x text)', 'create index i on a (id)', 'drop table a')),
    ).toEqual(['added db/migrate.go#3 6 destroys@6']);
    expect(between(before, list('create table a (id int)', 'create index i on a (id)'))).toEqual([
      'changed db/migrate.go#1 4',
    ]);
  });
  test('of functions, too; and is none where nothing changes a schema', () => {
    const functions =
      'var list = [...]func(tx *sql.Tx) error{\n\tfunc(tx *sql.Tx) error {\n\t\t_, err := tx.Exec(`alter table a drop column x`)\n\t\treturn err\n\t},\n\tfunc(tx *sql.Tx) error { return nil },\n}\n';
    expect(between(undefined, functions)).toEqual(['added db/migrate.go#1 2 destroys@3', 'added db/migrate.go#2 6']);
    expect(between(undefined, list('select 1', 'select 2'))).toEqual([]);
    const named = (...entries: string[]) =>
      `func run(tx *gorm.DB) {\n\tmigrations := []struct {\n\t\tNumber int\n\t\tRun func() error\n\t}{\n${entries.map((one) => `\t\t${one},\n`).join('')}\t}\n}\n`;
    expect(between(named('{1, lower}', '{2, trim}'), named('{1, lower}', '{2, trim}', '{3, fill}'))).toEqual([
      'added db/migrate.go#3 8',
    ]);
    expect(between(undefined, named('{1, lower}', '{2, trim}').replace('migrations', 'pages'))).toEqual([]);
  });
});
