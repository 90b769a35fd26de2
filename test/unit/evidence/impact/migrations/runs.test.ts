import { describe, expect, test } from 'vitest';
import { compareMigrations } from '../../../../../src/evidence/impact/migrations/compare.ts';
import { MIGRATION_TOOLS } from '../../../../../src/evidence/impact/migrations/registry.ts';
import { plannedRuns } from '../../../../../src/evidence/impact/migrations/runs.ts';
import type { MigrationTool } from '../../../../../src/evidence/impact/migrations/tool.ts';

/** Migrations that new files bring, beside files that did not change. */
function brought(
  files: Readonly<Record<string, string>>,
  old: Readonly<Record<string, string>> = {},
  tools: readonly MigrationTool[] = MIGRATION_TOOLS,
) {
  return compareMigrations(
    Object.entries(files).map(([newPath, newText]) => ({ oldPath: undefined, newPath, oldText: undefined, newText })),
    {
      existsAtHead: (path) => path in files || path in old,
      existsAtBase: (path) => path in old,
      servicesOf: (path) => [path.split('/')[0] ?? ''],
      siblings: new Map(Object.entries(old)),
      tools,
    },
  );
}

/** The Jobs of a release, a line each: place, `mixed`, the migrations and the command. */
const jobs = (files: Readonly<Record<string, string>>, old: Readonly<Record<string, string>> = {}): string[] =>
  plannedRuns(brought(files, old)).map((run) =>
    [
      run.when,
      ...(run.mixed ? ['mixed'] : []),
      run.migrations.map(({ id }) => id).join('+'),
      ...(run.commands.up === undefined ? [] : [run.commands.up.join(' ')]),
    ].join(' | '),
  );

const alembic = (id: string, down: string | undefined, up: string): string =>
  [
    'from alembic import op',
    `revision = '${id}'`,
    `down_revision = ${down === undefined ? 'None' : `'${down}'`}`,
    'def upgrade():',
    `    ${up}`,
    'def downgrade():',
    "    op.execute('SELECT 1')",
  ].join('\n');

const sequelize = (up: string): string =>
  `module.exports = {\n  async up(queryInterface, S) { ${up} },\n  async down(queryInterface) { await queryInterface.x(); },\n};\n`;

describe('one command runs what its tool runs', () => {
  test('Alembic goes by down_revision, whatever the ids sort like: what destroys is never left for later behind what it carries', () => {
    const files = {
      'api/versions/f2.py': alembic('f2a4', 'a1b2', "op.drop_column('orders', 'legacy_total')"),
      'api/versions/b6.py': alembic('b6e8', 'f2a4', "op.create_table('cards')"),
    };
    expect(jobs(files)).toEqual(['before-canary | mixed | f2a4+b6e8 | alembic upgrade b6e8']);
    expect(plannedRuns(brought(files))[0]?.commands.down).toEqual(['alembic', 'downgrade', 'a1b2']);
  });

  test('what destroys last waits for the rollout, in a Job of its own', () => {
    expect(
      jobs({
        'api/versions/f2.py': alembic('f2a4', 'a1b2', "op.create_table('cards')"),
        'api/versions/b6.py': alembic('b6e8', 'f2a4', "op.drop_column('orders', 'legacy_total')"),
      }),
    ).toEqual(['before-canary | f2a4 | alembic upgrade f2a4', 'after-rollout | b6e8 | alembic upgrade b6e8']);
  });

  test('Sequelize stops where it is told; what stands between two additive ones goes with the later', () => {
    expect(
      jobs({
        'app/migrations/20270101-add-note.js': sequelize('await queryInterface.addColumn("teams", "note", S.TEXT);'),
        'app/migrations/20270102-drop-old.js': sequelize('await queryInterface.removeColumn("teams", "old");'),
        'app/migrations/20270103-add-hint.js': sequelize('await queryInterface.addColumn("teams", "hint", S.TEXT);'),
        'app/migrations/20270104-drop-older.js': sequelize('await queryInterface.removeColumn("teams", "older");'),
      }),
    ).toEqual([
      'before-canary | 20270101-add-note | npx sequelize-cli db:migrate --to 20270101-add-note.js',
      'before-canary | mixed | 20270102-drop-old+20270103-add-hint | npx sequelize-cli db:migrate --to 20270103-add-hint.js',
      'after-rollout | 20270104-drop-older | npx sequelize-cli db:migrate --to 20270104-drop-older.js',
    ]);
  });

  test('Prisma runs all that are pending: one Job', () => {
    const sql = (text: string) => text;
    expect(
      jobs({
        'app/prisma/migrations/20270101_a/migration.sql': sql('ALTER TABLE t ADD COLUMN a TEXT;'),
        'app/prisma/migrations/20270102_b/migration.sql': sql('ALTER TABLE t DROP COLUMN b;'),
      }),
    ).toEqual(['before-canary | mixed | 20270101_a+20270102_b | npx prisma migrate deploy']);
    expect(
      jobs({
        'app/prisma/migrations/20270101_a/migration.sql': sql('ALTER TABLE t DROP COLUMN a;'),
        'app/prisma/migrations/20270102_b/migration.sql': sql('ALTER TABLE t DROP COLUMN b;'),
      }),
    ).toEqual(['after-rollout | 20270101_a+20270102_b | npx prisma migrate deploy']);
  });

  test('a tool that runs the one it is told gets a Job for each', () => {
    const ruby = (body: string) => `class X < ActiveRecord::Migration[7.1]\n  def change\n    ${body}\n  end\nend\n`;
    expect(
      jobs({
        'app/db/migrate/20270101000000_drop_old.rb': ruby('remove_column :a, :old, :text'),
        'app/db/migrate/20270102000000_add_new.rb': ruby('add_column :a, :new, :text'),
      }),
    ).toEqual([
      'after-rollout | 20270101000000_drop_old | bin/rails db:migrate:up VERSION=20270101000000',
      'before-canary | 20270102000000_add_new | bin/rails db:migrate:up VERSION=20270102000000',
    ]);
  });

  test('Flyway compares versions part by part', () => {
    expect(
      jobs({
        'app/db/V10__b.sql': 'ALTER TABLE a DROP COLUMN b;',
        'app/db/V9__a.sql': 'ALTER TABLE a ADD c int;',
        'app/db/V9_1__d.sql': 'ALTER TABLE a ADD d int;',
      }),
    ).toEqual([
      'before-canary | V9__a | flyway migrate -target=9',
      'before-canary | V9_1__d | flyway migrate -target=9.1',
      'after-rollout | V10__b | flyway migrate -target=10',
    ]);
  });

  test('Liquibase counts', () => {
    const set = (id: string, body: string) => `<changeSet id="${id}" author="ada">${body}</changeSet>`;
    const log = `<databaseChangeLog>${set('2', '<dropColumn tableName="a" columnName="b"/>')}\n${set('1', '<addColumn tableName="a"/>')}</databaseChangeLog>`;
    expect(jobs({ 'app/changelog.xml': log })).toEqual([
      'before-canary | mixed | ada:2+ada:1 | liquibase update-count --count=2',
    ]);
  });

  test('Django goes by dependencies, across apps too', () => {
    const django = (dependencies: string, operation: string) =>
      `class Migration(migrations.Migration):\n    dependencies = [${dependencies}]\n    operations = [${operation}]\n`;
    expect(
      jobs({
        'shop/a/migrations/0005_x.py': django(
          '("b", "0002_y")',
          'migrations.AddField("m", "n", models.TextField(null=True))',
        ),
        'shop/b/migrations/0002_y.py': django('', 'migrations.RemoveField("m", "old")'),
      }),
    ).toEqual(['before-canary | mixed | b.0002_y+a.0005_x | python manage.py migrate a 0005_x']);
  });

  test('two services, and two folders of one, are two histories', () => {
    const drop = 'ALTER TABLE t DROP COLUMN b;';
    const add = 'ALTER TABLE t ADD COLUMN b int;';
    expect(jobs({ 'a/db/V1__x.sql': drop, 'b/db/V2__y.sql': add, 'a/other/V3__z.sql': add }).sort()).toEqual([
      'after-rollout | V1__x | flyway migrate -target=1',
      'before-canary | V2__y | flyway migrate -target=2',
      'before-canary | V3__z | flyway migrate -target=3',
    ]);
  });

  test('what hurts on either side of the rollout is two releases by itself', () => {
    expect(jobs({ 'a/db/V1__x.sql': 'ALTER TABLE t RENAME COLUMN a TO b;' })).toEqual([
      'after-rollout | mixed | V1__x | flyway migrate -target=1',
    ]);
    expect(jobs({ 'a/db/V1__x.sql': 'ALTER TABLE t ADD COLUMN a int NOT NULL;' })[0]).toContain('mixed');
  });
});

describe('equal names in two folders are two migrations', () => {
  test('a DROP TABLE does not vanish behind its namesake', () => {
    const found = brought({
      'billing/migrations/0002_init.up.sql': 'DROP TABLE invoices;',
      'orders/migrations/0002_init.up.sql': 'ALTER TABLE orders ADD COLUMN note text;',
    });
    expect(found.map((one) => [one.seen.file, one.operations.map(({ effect }) => effect).join()])).toEqual([
      ['billing/migrations/0002_init.up.sql', 'destroys'],
      ['orders/migrations/0002_init.up.sql', ''],
    ]);
  });

  test('one that moved beside a new namesake is still none', () => {
    const side = (path: string, text: string) => ({ path, text });
    const [old, moved, news] = [
      side('a/migrations/001_init.sql', 'CREATE TABLE a (id int);'),
      side('b/migrations/001_init.sql', 'CREATE TABLE a (id int);'),
      side('c/migrations/001_init.sql', 'DROP TABLE c;'),
    ];
    const found = compareMigrations(
      [
        { oldPath: undefined, newPath: news.path, oldText: undefined, newText: news.text },
        { oldPath: undefined, newPath: moved.path, oldText: undefined, newText: moved.text },
        { oldPath: old.path, newPath: undefined, oldText: old.text, newText: undefined },
      ],
      { existsAtHead: () => true, existsAtBase: () => true, servicesOf: () => [] },
    );
    expect(found.map((one) => `${one.change} ${one.seen.file}`)).toEqual([`added ${news.path}`]);
  });
});

describe('an order that its tool would not take', () => {
  const conflicts = (files: Readonly<Record<string, string>>, old: Readonly<Record<string, string>> = {}) =>
    brought(files, old).flatMap((one) => one.conflicts ?? []);

  test('two heads of Alembic, also when one of them was there before', () => {
    const base = { 'api/versions/a1.py': alembic('a1', undefined, "op.create_table('x')") };
    const wallet = { 'api/versions/f2.py': alembic('f2', 'a1', "op.create_table('wallet')") };
    const cards = { 'api/versions/b6.py': alembic('b6', 'a1', "op.create_table('cards')") };
    expect(conflicts({ ...wallet, ...cards }, base)).toEqual([expect.stringMatching(/^2 heads \((f2, b6|b6, f2)\)/)]);
    expect(conflicts(cards, { ...base, ...wallet })).toHaveLength(1);
    expect(conflicts(cards, base)).toEqual([]);
  });

  test('two leaves of one Django app', () => {
    const django = (before: string) =>
      `class Migration(migrations.Migration):\n    dependencies = [("shop", "${before}")]\n    operations = []\n`;
    expect(
      conflicts({
        'shop/migrations/0002_a.py': django('0001_initial'),
        'shop/migrations/0002_b.py': django('0001_initial'),
      }),
    ).toEqual([expect.stringContaining('2 heads')]);
  });

  test('a version of Flyway twice, and one below what ran before', () => {
    const sql = 'CREATE TABLE a (id int);';
    const old = { 'app/db/V12__orders.sql': sql };
    expect(conflicts({ 'app/db/V13__a.sql': sql, 'app/db/V13__b.sql': sql }, old)).toEqual([
      expect.stringContaining('the same number twice'),
    ]);
    expect(conflicts({ 'app/db/V11__late.sql': sql }, old)).toEqual([expect.stringContaining('outOfOrder')]);
    expect(conflicts({ 'app/db/V13__a.sql': sql }, old)).toEqual([]);
  });
});

test('a tool from outside is one entry of the registry', () => {
  const delta: MigrationTool = {
    name: 'delta',
    runs: 'all',
    recognise: ({ extension, stem }) => (extension === '.delta' ? [{ id: stem }] : undefined),
    judge: ({ text }) => ({
      operations: text.includes('gone') ? [{ effect: 'destroys', text: 'loses it', line: 1 }] : [],
      hasDown: true,
      downNote: undefined,
    }),
    commands: () => ({ up: ['delta', 'apply'] }),
  };
  const tools = [delta, ...MIGRATION_TOOLS];
  const found = brought({ 'x/1.delta': 'new', 'x/2.delta': 'gone', 'x/V1__y.sql': 'SELECT 1;' }, {}, tools);
  expect(plannedRuns(found, tools).map((run) => [run.commands.up?.[0], run.migrations.length, run.mixed])).toEqual([
    ['delta', 2, true],
    ['flyway', 1, false],
  ]);
});
