import { blankSlashComments } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { type CallRule, createdTables, judgeCalls, judgeLiterals, type Part, upAndDown } from './code.ts';

const QUOTED = String.raw`\(\s*(?:queryRunner\s*,\s*)?["'\x60]([^"'\x60]*)["'\x60]`;
const call = (names: string) => new RegExp(String.raw`\.(?:${names})\s*${QUOTED}`, 'g');

/** Knex, Kysely, Sequelize, TypeORM and node-pg-migrate name what they do in nearly the same words. */
const RULES: readonly CallRule[] = [
  {
    pattern: call('dropTable|dropTableIfExists|dropSchema|dropSchemaIfExists|dropTables'),
    effect: 'destroys',
    text: 'drops the table $1',
    table: 1,
  },
  {
    pattern:
      /\.(?:dropColumns?|removeColumn)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?(?:\s*,\s*\[?\s*["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'destroys',
    text: 'drops the column $1 $2',
  },
  { pattern: /\.(?:dropTimestamps|dropSoftDeletes)\s*\(/g, effect: 'destroys', text: 'drops columns' },
  {
    pattern:
      /\.(?:renameColumn|renameTable|renameTo)\s*\(\s*["'`]([^"'`]{0,200})["'`](?:\s*,\s*["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'breaks',
    text: 'renames $1 $2',
  },
  {
    pattern:
      /\.(?:changeColumns?|alterColumn|modifyColumn)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?(?:\s*,\s*["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'breaks',
    text: 'changes the column $1 $2',
    unless: /setDefault|dropDefault|dropNotNull|\{\s*default:[^,}]{0,200}\}/,
  },
  {
    pattern: /\.\w+\(\s*["'`]([^"'`]{0,200})["'`][^;\n]{0,500}\.alter\(/g,
    effect: 'breaks',
    text: 'changes the column $1',
  },
  {
    pattern: /\.(?:dropNullable|setNotNull)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'breaks',
    text: 'requires a value in the column $1',
  },
  {
    pattern: call('addColumn'),
    effect: 'breaks',
    text: 'adds a required column to $1 without a default',
    only: /allowNull:\s*false|notNull:\s*true|\.notNull\(|isNullable:\s*false/,
    unless: /defaultValue|default:|\.defaultTo\(|generated/i,
    table: 1,
  },
  {
    pattern: /\.addColumns\s*\(\s*["'`]([^"'`]{0,200})["'`]/g,
    effect: 'breaks',
    text: 'adds required columns to $1 without a default',
    only: /notNull:\s*true/,
    unless: /default:/,
    table: 1,
  },
  {
    pattern: /\.(?:addIndex|createIndex)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'locks',
    text: 'builds an index on $1 while writers wait',
    unless: /concurrently/i,
    table: 1,
  },
  {
    pattern:
      /\.(?:addConstraint|createConstraint|createForeignKey|addForeignKeyConstraint)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'locks',
    text: 'checks all of $1 for a new constraint while writers wait',
    unless: /notValid/i,
    table: 1,
  },
  {
    pattern: /\.(?:bulkDelete|truncate|del|delete)\s*\(\s*(?:["'`]([^"'`]{0,200})["'`])?/g,
    effect: 'destroys',
    text: 'deletes rows $1',
  },
];

/** Column builders inside `alterTable`: the table is there already, and full. */
const ALTERED: readonly CallRule[] = [
  {
    pattern: /\.\w+\(\s*["'`]([^"'`]{0,200})["'`][^;]{0,500}?\.notNullable\(\)/g,
    effect: 'breaks',
    text: 'adds the required column $1 without a default',
    unless: /defaultTo|\.alter\(/,
  },
  { pattern: /\.(?:index|unique)\s*\(/g, effect: 'locks', text: 'builds an index while writers wait' },
  {
    pattern: /\.(?:foreign|references)\s*\(/g,
    effect: 'locks',
    text: 'checks the whole table for a new constraint while writers wait',
  },
];

const RAW = /\b(?:raw|query|sql|addSql|runSql|execute)\s*\(\s*(?:sql)?(?=["'`])|\bsql(?=`)/g;
const UP =
  /(?:exports\.|export\s+(?:const|(?:async\s+)?function)\s+|\b(?:public\s+|override\s+)*(?:async\s+)?|["']?)up["']?\s*(?:=|:|\()/;
const DOWN =
  /(?:exports\.|export\s+(?:const|(?:async\s+)?function)\s+|\b(?:public\s+|override\s+)*(?:async\s+)?|["']?)down["']?\s*(?:=|:|\()/;

/** What a migration in JavaScript or TypeScript does, and whether it can be undone. */
export function judgeJavaScript(source: string): {
  operations: Operation[];
  hasDown: boolean;
  downNote: string | undefined;
} {
  const text = blankSlashComments(source, 'script');
  const { up, down } = upAndDown(text, UP, DOWN);
  const body: Part = up ?? { text, offset: 0 };
  const created = createdTables(body.text, /\.createTable(?:IfNotExists)?\s*\(\s*["'`]([^"'`]{0,200})["'`]/g);
  const operations = [...judgeCalls(text, body, RULES, created), ...judgeLiterals(text, body, RAW)];
  for (const block of body.text.matchAll(/\.(?:alterTable|table)\s*\(\s*["'`]([^"'`]{0,200})["'`]/g)) {
    if (created.has(block[1] ?? '')) continue;
    const end = body.text.slice(block.index + 1).search(/\.(?:alterTable|createTable|dropTable|table)\s*\(/);
    const inner = body.text.slice(block.index, end === -1 ? undefined : block.index + 1 + end);
    operations.push(...judgeCalls(text, { text: inner, offset: body.offset + block.index }, ALTERED, created));
  }
  operations.sort((a, b) => a.line - b.line);
  return { operations, ...judgeDown(down) };
}

function judgeDown(down: Part | undefined): { hasDown: boolean; downNote: string | undefined } {
  if (down === undefined) return { hasDown: false, downNote: 'it has no down' };
  const body = down.text.slice(DOWN.exec(down.text)?.[0].length ?? 0);
  if (/\bthrow\b/.test(body)) return { hasDown: false, downNote: 'its down throws' };
  if (/^[^{]*=\s*false\b/.test(down.text) || !/\.\s*\w+\s*\(|\bawait\b|\bsql`/.test(body))
    return { hasDown: false, downNote: 'its down is empty' };
  return { hasDown: true, downNote: undefined };
}
