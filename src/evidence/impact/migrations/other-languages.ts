import { blankHashComments, blankSlashComments } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { type CallRule, createdTables, judgeCalls, judgeLiterals, type Part, upAndDown } from './code.ts';

type Judged = { operations: Operation[]; hasDown: boolean; downNote: string | undefined };

/** laravel.com/docs/migrations */
const LARAVEL: readonly CallRule[] = [
  {
    pattern: /Schema::(?:drop|dropIfExists)\(\s*["'](\w+)["']/g,
    effect: 'destroys',
    text: 'drops the table $1',
    table: 1,
  },
  {
    pattern:
      /->drop(?:Column|Columns|ConstrainedForeignId|Timestamps|SoftDeletes|RememberToken|Morphs)\(\s*\[?\s*(?:["'](\w+)["'])?/g,
    effect: 'destroys',
    text: 'drops the column $1',
  },
  { pattern: /(?:->renameColumn|Schema::rename)\(\s*["'](\w+)["']/g, effect: 'breaks', text: 'renames $1' },
  { pattern: /->\w+\(\s*["'](\w+)["'][^;]{0,500}->change\(\)/g, effect: 'breaks', text: 'changes the column $1' },
  { pattern: /->(?:truncate|delete)\(\)/g, effect: 'destroys', text: 'deletes rows' },
];

/** learn.microsoft.com/ef/core/managing-schemas/migrations/operations */
const EF_CORE: readonly CallRule[] = [
  { pattern: /\.DropTable\([^)]{0,500}?name:\s*"(\w+)"/gs, effect: 'destroys', text: 'drops the table $1' },
  { pattern: /\.DropColumn\([^)]{0,500}?name:\s*"(\w+)"/gs, effect: 'destroys', text: 'drops the column $1' },
  { pattern: /\.Rename(?:Column|Table)\([^)]{0,500}?name:\s*"(\w+)"/gs, effect: 'breaks', text: 'renames $1' },
  {
    pattern: /\.AlterColumn<[^>]{0,100}>\([^)]{0,500}?name:\s*"(\w+)"/gs,
    effect: 'breaks',
    text: 'changes the column $1',
  },
  {
    pattern: /\.AddColumn<[^>]{0,100}>\([^)]{0,500}?name:\s*"(\w+)"/gs,
    effect: 'breaks',
    text: 'adds the required column $1 without a default',
    only: /nullable:\s*false/,
    unless: /defaultValue/,
  },
  { pattern: /\.CreateIndex\(/g, effect: 'locks', text: 'builds an index while writers wait' },
  { pattern: /\.AddForeignKey\(/g, effect: 'locks', text: 'checks a whole table for a new constraint' },
];

/** hexdocs.pm/ecto_sql/Ecto.Migration.html */
const ECTO: readonly CallRule[] = [
  { pattern: /\bdrop(?:_if_exists)?[\s(]+table\(:?"?(\w+)/g, effect: 'destroys', text: 'drops the table $1' },
  { pattern: /(?<![\w.])remove(?:_if_exists)?[\s(]+:(\w+)/g, effect: 'destroys', text: 'drops the column $1' },
  { pattern: /(?<![\w.])rename[\s(]+table\(:?"?(\w+)/g, effect: 'breaks', text: 'renames in $1' },
  { pattern: /(?<![\w.])modify[\s(]+:(\w+)/g, effect: 'breaks', text: 'changes the column $1' },
  {
    pattern: /(?<![\w.])create(?:_if_not_exists)?[\s(]+(?:unique_)?index\(:?"?(\w+)/g,
    effect: 'locks',
    text: 'builds an index on $1 while writers wait',
    unless: /concurrently:\s*true/,
    table: 1,
  },
];

/** What a migration of Laravel, Doctrine or Phinx does; Phinx's `change` is undone by itself, but for what is removed in it. */
export function judgePhp(source: string): Judged {
  const text = blankSlashComments(source, 'php');
  const { up, down } = upAndDown(text, /function\s+up\s*\(/, /function\s+down\s*\(/);
  const body: Part = up ?? { text, offset: 0 };
  const created = createdTables(body.text, /Schema::create\(\s*["'](\w+)["']/g);
  return {
    operations: [
      ...judgeCalls(text, body, LARAVEL, created),
      ...judgeLiterals(text, body, /(?:->addSql|DB::(?:statement|unprepared|update|delete))\(\s*(?:<<<['"]?\w*)?/g),
    ],
    ...(up === undefined &&
    /function\s+change\s*\(/.test(text) &&
    !/->(?:execute|remove\w*|change\w*|dropTable)\(/.test(text)
      ? { hasDown: true, downNote: undefined }
      : undone(down, /->|::/)),
  };
}

/** What a migration of Entity Framework Core does. */
export function judgeDotnet(source: string): Judged {
  const text = blankSlashComments(source, 'other');
  const { up, down } = upAndDown(text, /void\s+Up\s*\(/, /void\s+Down\s*\(/);
  const body: Part = up ?? { text, offset: 0 };
  return {
    operations: [...judgeCalls(text, body, EF_CORE, new Set()), ...judgeLiterals(text, body, /\.Sql\(\s*@?(?=")/g)],
    ...undone(down, /migrationBuilder\./),
  };
}

/** What a migration of Ecto does; `change` is undone by Ecto itself, but for what it cannot know. */
export function judgeElixir(source: string): Judged {
  const text = blankHashComments(source);
  const { up, down } = upAndDown(text, /\bdef up\b/, /\bdef down\b/);
  const body: Part = up ?? { text, offset: 0 };
  const created = createdTables(body.text, /\bcreate[\s(]+table\(:?"?(\w+)/g);
  const operations = [
    ...judgeCalls(text, body, ECTO, created),
    ...judgeLiterals(text, body, /(?<![\w.])execute[\s(]+/g),
  ];
  if (/\bdef change\b/.test(text)) {
    const one = /(?<![\w.])execute[\s(]+"[^"]*"\s*\)?\s*$/m.test(text);
    const untyped = /(?<![\w.])remove[\s(]+:\w+\s*\)?\s*$/m.test(text);
    const downNote = one ? 'an execute cannot be undone' : untyped ? 'a remove has no type' : undefined;
    return { operations, hasDown: downNote === undefined, downNote };
  }
  return { operations, ...undone(down, /\b(drop|alter|remove|create|execute|rename|add)\b/) };
}

function undone(down: Part | undefined, work: RegExp): { hasDown: boolean; downNote: string | undefined } {
  if (down === undefined) return { hasDown: false, downNote: 'it has no down' };
  const body = down.text.slice(down.text.search(/[{\n]/));
  if (/\b(throw|raise)\b/.test(body)) return { hasDown: false, downNote: 'its down throws' };
  return work.test(body) ? { hasDown: true, downNote: undefined } : { hasDown: false, downNote: 'its down is empty' };
}
