import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareMigrations } from '../../src/evidence/impact/migrations/compare.ts';
import { type PlannedRun, plannedRuns } from '../../src/evidence/impact/migrations/runs.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';

/*
 * Real command lines run the drafted Jobs of a release on a real PostgreSQL: after each Job the database is what the plan said. The
 * table `orders` has a column `old`; the release adds `note`, drops `old`, and in a mixed one adds `hint` behind that.
 */

const TOOLS = process.env.RELCTL_MIGRATION_TOOLS ?? '';
const isThere = existsSync(join(TOOLS, 'complete')) && havePostgres();
if (!isThere && process.env.CI)
  throw new Error('RELCTL_MIGRATION_TOOLS does not name the folder of scripts/setup-migration-tools.sh');

let server: PostgresServer;
beforeAll(async () => {
  if (isThere) server = await startPostgres();
});
afterAll(async () => server?.stop());

/** How a tool's migrations are written, and what it needs around them. */
interface Tool {
  /** Files around the migrations. */
  setup(url: URL): Readonly<Record<string, string>>;
  /** The first migration: the table with `id` and `old`. */
  readonly first: Readonly<Record<string, string>>;
  /** Files that add a column (number, name, id before), or drop one. */
  add(number: number, column: string, before: number): Readonly<Record<string, string>>;
  drop(number: number, column: string, before: number): Readonly<Record<string, string>>;
  /** Brings a database to the base. */
  readonly base: readonly string[];
  /** True for a tool whose only command runs all that are pending. */
  readonly runsAll?: true;
}

const js = (up: string, down: string): string =>
  `module.exports = {\n  async up(queryInterface, S) { ${up} },\n  async down(queryInterface, S) { ${down} },\n};\n`;
const knexFile = (up: string, down: string): string =>
  `exports.up = (knex) => knex.schema.alterTable('orders', (t) => { ${up} });\nexports.down = (knex) => knex.schema.alterTable('orders', (t) => { ${down} });\n`;
// Ids that sort the other way than the chain goes.
const REVISIONS = ['ffff', 'eeee', 'dddd', 'cccc'];
const alembic = (number: number, before: number, up: string, down: string) => ({
  [`m/versions/${REVISIONS[number]}.py`]: [
    'from alembic import op',
    'import sqlalchemy as sa',
    `revision = '${REVISIONS[number]}'`,
    `down_revision = ${before < 0 ? 'None' : `'${REVISIONS[before]}'`}`,
    'def upgrade():',
    `    ${up}`,
    'def downgrade():',
    `    ${down}`,
    '',
  ].join('\n'),
});
const django = (number: number, before: number, operation: string) => ({
  [`shop/migrations/${DJANGO[number]}.py`]: [
    'from django.db import migrations, models',
    'class Migration(migrations.Migration):',
    `    dependencies = [${before < 0 ? '' : `("shop", "${DJANGO[before]}")`}]`,
    '    operations = [',
    `        ${operation},`,
    '    ]',
    '',
  ].join('\n'),
});
// Names whose order is not that of the dependencies.
const DJANGO = ['0001_initial', '0009_first', '0005_second', '0002_third'];
const changeSet = (number: number, change: string) => ({
  [`changes/${number}.xml`]: `<?xml version="1.0"?>\n<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">\n<changeSet id="${number}" author="ada">${change}</changeSet>\n</databaseChangeLog>\n`,
});

const prismaFile = (id: string, sql: string) => ({ [`prisma/migrations/${id}/migration.sql`]: `${sql}\n` });
const COLUMN = (name: string): string => `<column name="${name}" type="text"/>`;
const KINDS: Readonly<Record<string, Tool>> = {
  alembic: {
    setup: (url) => ({
      'alembic.ini': `[alembic]\nscript_location = m\n`,
      'm/script.py.mako': '',
      'm/env.py': `from alembic import context\nimport sqlalchemy as sa\nengine = sa.create_engine("postgresql+psycopg://${url.username}:${url.password}@${url.host}${url.pathname}")\nwith engine.connect() as connection:\n    context.configure(connection=connection)\n    with context.begin_transaction():\n        context.run_migrations()\n`,
    }),
    first: alembic(
      0,
      -1,
      "op.create_table('orders', sa.Column('id', sa.Integer()), sa.Column('old', sa.Text()))",
      "op.drop_table('orders')",
    ),
    add: (n, column, before) =>
      alembic(
        n,
        before,
        `op.add_column('orders', sa.Column('${column}', sa.Text()))`,
        `op.drop_column('orders', '${column}')`,
      ),
    drop: (n, column, before) =>
      alembic(
        n,
        before,
        `op.drop_column('orders', '${column}')`,
        `op.add_column('orders', sa.Column('${column}', sa.Text()))`,
      ),
    base: ['alembic', 'upgrade', 'ffff'],
  },
  django: {
    setup: (url) => ({
      'manage.py': `import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n`,
      'settings.py': `SECRET_KEY = 'x'\nINSTALLED_APPS = ['shop']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': '${url.pathname.slice(1)}', 'USER': '${url.username}', 'PASSWORD': '${url.password}', 'HOST': '${url.hostname}', 'PORT': '${url.port}'}}\n`,
      'shop/__init__.py': '',
      'shop/migrations/__init__.py': '',
    }),
    first: django(
      0,
      -1,
      'migrations.CreateModel("Order", [("id", models.AutoField(primary_key=True)), ("old", models.TextField(null=True))], options={"db_table": "orders"})',
    ),
    add: (n, column, before) =>
      django(n, before, `migrations.AddField("Order", "${column}", models.TextField(null=True))`),
    drop: (n, column, before) => django(n, before, `migrations.RemoveField("Order", "${column}")`),
    base: ['python', 'manage.py', 'migrate', 'shop', '0001_initial'],
  },
  sequelize: {
    setup: (url) => ({
      'config/config.json': JSON.stringify({
        development: { url: String(url), dialect: 'postgres', use_env_variable: 'DATABASE_URL' },
      }),
      'models/.keep': '',
    }),
    first: {
      'migrations/20270100-first.js': js(
        'await queryInterface.createTable("orders", { id: S.INTEGER, old: S.TEXT });',
        'await queryInterface.dropTable("orders");',
      ),
    },
    add: (n, column) => ({
      [`migrations/2027010${n}-add-${column}.js`]: js(
        `await queryInterface.addColumn("orders", "${column}", S.TEXT);`,
        `await queryInterface.removeColumn("orders", "${column}");`,
      ),
    }),
    drop: (n, column) => ({
      [`migrations/2027010${n}-drop-${column}.js`]: js(
        `await queryInterface.removeColumn("orders", "${column}");`,
        `await queryInterface.addColumn("orders", "${column}", S.TEXT);`,
      ),
    }),
    base: ['npx', 'sequelize-cli', 'db:migrate', '--to', '20270100-first.js'],
  },
  knex: {
    setup: () => ({ 'knexfile.js': "module.exports = { client: 'pg', connection: process.env.DATABASE_URL };\n" }),
    first: {
      'migrations/20270100_first.js':
        "exports.up = (knex) => knex.schema.createTable('orders', (t) => { t.integer('id'); t.text('old'); });\nexports.down = (knex) => knex.schema.dropTable('orders');\n",
    },
    add: (n, column) => ({
      [`migrations/2027010${n}_add_${column}.js`]: knexFile(`t.text('${column}');`, `t.dropColumn('${column}');`),
    }),
    drop: (n, column) => ({
      [`migrations/2027010${n}_drop_${column}.js`]: knexFile(`t.dropColumn('${column}');`, `t.text('${column}');`),
    }),
    base: ['npx', 'knex', 'migrate:up', '20270100_first.js'],
  },
  liquibase: {
    setup: (url) => ({
      'liquibase.properties': `changeLogFile=changelog.xml\nurl=jdbc:postgresql://${url.host}${url.pathname}\nusername=${url.username}\npassword=${url.password}\n`,
      'changelog.xml': `<?xml version="1.0"?>\n<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">\n<includeAll path="changes" relativeToChangelogFile="true"/>\n</databaseChangeLog>\n`,
    }),
    first: changeSet(0, `<createTable tableName="orders"><column name="id" type="int"/>${COLUMN('old')}</createTable>`),
    add: (n, column) => changeSet(n, `<addColumn tableName="orders">${COLUMN(column)}</addColumn>`),
    drop: (n, column) =>
      changeSet(
        n,
        `<dropColumn tableName="orders" columnName="${column}"/><rollback><addColumn tableName="orders">${COLUMN(column)}</addColumn></rollback>`,
      ),
    base: ['liquibase', 'update-count', '--count=1'],
  },
  // The migrations are carried out by the engine that its package brings as WebAssembly, through the driver for PostgreSQL: the
  // engine that Prisma would download elsewhere is not needed.
  prisma: {
    setup: () => ({
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'prisma.config.ts': [
        "import { PrismaPg } from '@prisma/adapter-pg';",
        "import pg from 'pg';",
        "import { defineConfig } from 'prisma/config';",
        // The adapter cannot read columns of the type "name", which its own engine asks for (prisma/orm issue 27403): they are texts.
        'const asTexts = (result) => { for (const field of result?.fields ?? []) if (field.dataTypeID === 19) field.dataTypeID = 25; return result; };',
        'class Client extends pg.Client { query(...args) {',
        '  const last = args.at(-1);',
        "  if (typeof last !== 'function') return super.query(...args).then(asTexts);",
        '  return super.query(...args.slice(0, -1), (error, result) => last(error, asTexts(result)));',
        '} }',
        'const adapter = async () => new PrismaPg(new pg.Pool({ connectionString: process.env.DATABASE_URL, Client }));',
        "export default defineConfig({ schema: 'prisma/schema.prisma', engine: 'js', experimental: { adapter: true }, adapter });",
        '',
      ].join('\n'),
    }),
    first: prismaFile('20270100000000_first', 'CREATE TABLE orders (id int, old text);'),
    add: (n, column) => prismaFile(`2027010${n}000000_add_${column}`, `ALTER TABLE orders ADD COLUMN ${column} text;`),
    drop: (n, column) => prismaFile(`2027010${n}000000_drop_${column}`, `ALTER TABLE orders DROP COLUMN ${column};`),
    base: ['npx', 'prisma', 'migrate', 'deploy'],
    runsAll: true,
  },
};

let databases = 0;

/** A folder with the tool's files, and a database at the base. */
async function stage(name: string, news: Readonly<Record<string, string>>) {
  const tool = KINDS[name] as Tool;
  databases += 1;
  const database = `${name}_${databases}`;
  await server.query(`CREATE DATABASE ${database}`);
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const root = mkdtempSync(join(tmpdir(), 'relctl-migrate-'));
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  symlinkSync(join(TOOLS, 'node_modules'), join(root, 'node_modules'));
  const run = ([program = '', ...args]: readonly string[]) =>
    execFileSync(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: [join(TOOLS, 'venv/bin'), join(TOOLS, 'node_modules/liquibase/dist/liquibase'), process.env.PATH].join(
          ':',
        ),
        HOME: root,
        DATABASE_URL: String(url),
        // They are not run, but Prisma would download them where nothing stands in their place.
        PRISMA_QUERY_ENGINE_LIBRARY: join(TOOLS, 'complete'),
        PRISMA_SCHEMA_ENGINE_BINARY: join(TOOLS, 'complete'),
      },
    });
  write({ ...tool.setup(url), ...tool.first });
  run(tool.base);
  write(news);
  const findings = compareMigrations(
    Object.entries(news).map(([newPath, newText]) => ({ oldPath: undefined, newPath, oldText: undefined, newText })),
    {
      existsAtHead: (path) => path in news || path in tool.first,
      existsAtBase: (path) => path in tool.first,
      servicesOf: () => ['shop'],
      siblings: new Map(Object.entries(tool.first)),
    },
  );
  const columns = async () => {
    const { Client } = await import('pg').then((module) => module.default);
    const client = new Client({ connectionString: String(url) });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'orders'",
    );
    await client.end();
    return rows
      .map((row) => row.name)
      .sort()
      .join(' ');
  };
  return { run, runs: plannedRuns(findings), columns, remove: () => rmSync(root, { recursive: true, force: true }) };
}

const at = (runs: readonly PlannedRun[], when: PlannedRun['when']) => runs.filter((one) => one.when === when);

describe.skipIf(!isThere).each(Object.keys(KINDS))('%s', (name) => {
  const { add, drop, runsAll } = KINDS[name] as Tool;

  test.runIf(runsAll)(
    'what adds and what drops is one Job, which cannot be taken back, and the plan says so',
    async () => {
      const { run, runs, columns, remove } = await stage(name, { ...add(1, 'note', 0), ...drop(2, 'old', 1) });
      try {
        expect(runs).toMatchObject([{ when: 'before-canary', mixed: true }]);
        expect(runs[0]?.commands.down).toBeUndefined();
        run(runs[0]?.commands.up ?? []);
        expect(await columns()).toBe('id note');
      } finally {
        remove();
      }
    },
  );

  test.skipIf(runsAll)(
    'what adds runs before the canary and leaves what the running version reads; its way back takes just that away; what drops runs last',
    async () => {
      const { run, runs, columns, remove } = await stage(name, { ...add(1, 'note', 0), ...drop(2, 'old', 1) });
      try {
        const [before, after] = [at(runs, 'before-canary'), at(runs, 'after-rollout')];
        expect([before.length, after.length]).toEqual([1, 1]);
        expect(await columns()).toBe('id old');
        run(before[0]?.commands.up ?? []);
        expect(await columns()).toBe('id note old');
        run(before[0]?.commands.down ?? []);
        expect(await columns()).toBe('id old');
        run(before[0]?.commands.up ?? []);
        run(after[0]?.commands.up ?? []);
        expect(await columns()).toBe('id note');
      } finally {
        remove();
      }
    },
  );

  test('of a mixed release the plan says what the first Job leaves behind', async () => {
    const { run, runs, columns, remove } = await stage(name, { ...drop(1, 'old', 0), ...add(2, 'hint', 1) });
    try {
      const before = at(runs, 'before-canary');
      expect(before).toHaveLength(1);
      run(before[0]?.commands.up ?? []);
      // A tool that runs the one it is told leaves the other for later; the others carry it along, and the plan says so.
      expect(before[0]?.mixed).toBe(name !== 'knex');
      expect(await columns()).toBe(name === 'knex' ? 'hint id old' : 'hint id');
      for (const one of at(runs, 'after-rollout')) run(one.commands.up ?? []);
      expect(await columns()).toBe('hint id');
    } finally {
      remove();
    }
  });
});
