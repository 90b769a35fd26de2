import { lineFinder } from '../../lines.ts';
import { blankPythonComments } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { type CallRule, closing, createdTables, judgeCalls, judgeLiterals, type Part, upAndDown } from './code.ts';

type Judged = { operations: Operation[]; hasDown: boolean; downNote: string | undefined };

const named = (args: string, key: string): string =>
  new RegExp(String.raw`\b${key}\s*=\s*["'](\w+)["']`).exec(args)?.[1] ?? '';

/** What a Django migration does (docs.djangoproject.com/en/stable/ref/migration-operations/), and whether it can be undone. */
export function judgeDjango(source: string): Judged {
  // Operations that only change Django's own picture of the schema do nothing to the database.
  const text = withoutState(blankPythonComments(source));
  const lineOf = lineFinder(text);
  const created = createdTables(text, /\bCreateModel\(\s*(?:name\s*=\s*)?["'](\w+)["']/g);
  const operations: Operation[] = [];
  let downNote: string | undefined;
  for (const match of text.matchAll(/\b(?:migrations\.|postgres_operations\.)?([A-Z]\w+)\(/g)) {
    const kind = match[1] ?? '';
    const open = match.index + match[0].length - 1;
    const args = text.slice(open, closing(text, open));
    const line = lineOf(match.index);
    const model = named(args, 'model_name');
    if (model !== '' && [...created].some((name) => name.toLowerCase() === model.toLowerCase())) continue;
    const found = judgeDjangoOperation(kind, args, model);
    operations.push(...found.map((operation) => ({ ...operation, line })));
    if (kind === 'RunSQL')
      operations.push(
        ...judgeLiterals(
          text,
          { text: text.slice(match.index, open + args.length), offset: match.index },
          /\bRunSQL\(\s*(?:sql\s*=\s*)?\[?/g,
        ),
      );
    if (kind === 'RunSQL' && !hasReverse(args, 'reverse_sql')) downNote ??= 'a RunSQL has no reverse_sql';
    if (kind === 'RunPython' && !hasReverse(args, 'reverse_code')) downNote ??= 'a RunPython has no reverse_code';
  }
  return { operations, hasDown: downNote === undefined, downNote };
}

function judgeDjangoOperation(
  kind: string,
  args: string,
  model: string,
): { effect: Operation['effect']; text: string }[] {
  const name = named(args, 'name') || (/^\(\s*["'](\w+)["']/.exec(args)?.[1] ?? '');
  const field = model === '' ? name : `${model}.${name}`;
  switch (kind) {
    case 'DeleteModel':
      return [{ effect: 'destroys', text: `drops the table of ${name}` }];
    case 'RemoveField':
      return [{ effect: 'destroys', text: `drops the column ${field}` }];
    case 'RenameField':
      return [{ effect: 'breaks', text: `renames the column ${model}.${named(args, 'old_name')}` }];
    case 'RenameModel':
      return [{ effect: 'breaks', text: `renames the table of ${named(args, 'old_name')}` }];
    case 'AlterModelTable':
      return [{ effect: 'breaks', text: `renames the table of ${name}` }];
    case 'AlterField':
      return [{ effect: 'breaks', text: `changes the column ${field}` }];
    case 'AddField':
      // Django fills old rows from `default` and then drops it from the database; only `db_default` stays.
      return /\bnull\s*=\s*True|\bdb_default\s*=|ManyToManyField|GeneratedField/.test(args)
        ? []
        : [
            {
              effect: 'breaks',
              text: `adds the required column ${field}, which the running version does not fill (no db_default)`,
            },
          ];
    case 'AddIndex':
      return [{ effect: 'locks', text: `builds an index on ${model} while writers wait (AddIndex)` }];
    case 'AddConstraint':
      return [
        { effect: 'locks', text: `checks all of ${model} for a new constraint while writers wait (AddConstraint)` },
      ];
    case 'AlterUniqueTogether':
    case 'AlterIndexTogether':
      return [{ effect: 'locks', text: `builds an index on ${name} while writers wait (${kind})` }];
    default:
      return [];
  }
}

/** A keyword, or a second positional argument. */
function hasReverse(args: string, keyword: string): boolean {
  if (new RegExp(String.raw`\b${keyword}\s*=`).test(args)) return true;
  let depth = 0;
  let positional = 0;
  const inner = args
    .slice(1, -1)
    .replace(/"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (literal) =>
      literal.replace(/[(),[\]{}]/g, ' '),
    );
  for (const piece of inner.matchAll(/[([{]|[)\]}]|,\s*(?!\w+\s*=)(?=\S)/g)) {
    if (/^[([{]/.test(piece[0])) depth += 1;
    else if (/^[)\]}]/.test(piece[0])) depth -= 1;
    else if (depth === 0) positional += 1;
  }
  return positional > 0;
}

function withoutState(text: string): string {
  let result = text;
  for (const match of text.matchAll(/\bstate_operations\s*=\s*\[/g)) {
    const open = match.index + match[0].length - 1;
    const end = closing(text, open);
    result = result.slice(0, open) + result.slice(open, end).replace(/[^\n]/g, ' ') + result.slice(end);
  }
  return result;
}

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
