import { blankPythonComments } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { type CallRule, createdTables, judgeCalls, judgeLiterals, type Part, upAndDown } from './code.ts';

type Judged = { operations: Operation[]; hasDown: boolean; downNote: string | undefined };

const OP = String.raw`\b(?:op|batch_op|batch)\.`;
const QUOTED = String.raw`\s*\(\s*["'](\w+)["'](?:\s*,\s*["'](\w+)["'])?`;
const call = (names: string) => new RegExp(`${OP}(?:${names})${QUOTED}`, 'g');

/** Operations of Alembic (alembic.sqlalchemy.org/en/latest/ops.html). */
const ALEMBIC: readonly CallRule[] = [
  { pattern: call('drop_table'), effect: 'destroys', text: 'drops the table $1', table: 1 },
  { pattern: call('drop_column'), effect: 'destroys', text: 'drops the column $1 $2', table: 1 },
  { pattern: call('rename_table'), effect: 'breaks', text: 'renames the table $1' },
  {
    pattern: call('alter_column'),
    effect: 'breaks',
    text: 'changes the type of the column $1 $2',
    only: /\btype_\s*=/,
    table: 1,
  },
  {
    pattern: call('alter_column'),
    effect: 'breaks',
    text: 'renames the column $1 $2',
    only: /\bnew_column_name\s*=/,
    table: 1,
  },
  {
    pattern: call('alter_column'),
    effect: 'breaks',
    text: 'requires a value in the column $1 $2',
    only: /(?<!existing_)\bnullable\s*=\s*False/,
    table: 1,
  },
  {
    pattern: new RegExp(String.raw`${OP}add_column\s*\(\s*(?:["'](\w+)["']\s*,\s*)?sa\.Column\(\s*["'](\w+)["']`, 'g'),
    effect: 'breaks',
    text: 'adds the required column $1 $2 without a default',
    only: /nullable\s*=\s*False/,
    unless: /server_default\s*=|Computed\(|Identity\(/,
    table: 1,
  },
  {
    pattern: new RegExp(String.raw`${OP}create_index\s*\(\s*(?:op\.f\()?\s*["'](\w+)["']\)?\s*,\s*["'](\w+)["']`, 'g'),
    effect: 'locks',
    text: 'builds an index on $2 while writers wait (no postgresql_concurrently)',
    unless: /postgresql_concurrently\s*=\s*True/,
    table: 2,
  },
  {
    pattern: new RegExp(
      String.raw`${OP}(?:create_foreign_key|create_check_constraint|create_unique_constraint)\s*\(\s*(?:op\.f\()?\s*(?:["']\w+["']|None)\)?\s*,\s*["'](\w+)["']`,
      'g',
    ),
    effect: 'locks',
    text: 'checks all of $1 for a new constraint while writers wait',
    unless: /postgresql_not_valid\s*=\s*True/,
    table: 1,
  },
];

/** What an Alembic migration does, and whether it can be undone. */
export function judgeAlembic(source: string): Judged {
  const text = blankPythonComments(source);
  const { up, down } = upAndDown(text, /^def upgrade\b/m, /^def downgrade\b/m);
  const body: Part = up ?? { text, offset: 0 };
  const created = createdTables(body.text, /\bop\.create_table\s*\(\s*["'](\w+)["']/g);
  const operations = [
    ...judgeCalls(text, body, ALEMBIC, created),
    ...judgeLiterals(text, body, /\bop\.execute\(\s*(?:sa\.)?(?:text\()?\s*/g),
  ].sort((a, b) => a.line - b.line);
  const rest = down?.text.replace(/^def downgrade[^\n]*\n/, '').trim() ?? '';
  const downNote =
    down === undefined
      ? 'it has no downgrade'
      : /^(pass|\.\.\.)?$/.test(rest)
        ? 'its downgrade is empty'
        : /^raise\b/.test(rest)
          ? 'its downgrade raises'
          : undefined;
  return { operations, hasDown: downNote === undefined, downNote };
}
