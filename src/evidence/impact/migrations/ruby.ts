import { blankRubyComments } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { type CallRule, createdTables, judgeCalls, judgeLiterals, type Part, upAndDown } from './code.ts';

const SYMBOL = String.raw`[\s(]\s*[:"']([\w.]+)["']?`;
const SECOND = String.raw`(?:\s*,\s*[:"'](\w+)["']?)?`;
const call = (names: string) => new RegExp(String.raw`(?<![\w.])(?:${names})${SYMBOL}${SECOND}`, 'g');
const HEAD = (name: string) => new RegExp(String.raw`\bdef\s+(?:self\.)?${name}\b`);

/** Methods of Active Record migrations (guides.rubyonrails.org/active_record_migrations.html). */
const RULES: readonly CallRule[] = [
  { pattern: call('drop_table|drop_join_table'), effect: 'destroys', text: 'drops the table $1', table: 1 },
  {
    pattern: call('remove_columns?|remove_reference|remove_belongs_to|remove_timestamps'),
    effect: 'destroys',
    text: 'drops the column $1 $2',
    table: 1,
  },
  {
    pattern: /\bt\.remove(?:_references|_belongs_to|_timestamps)?\b[ (]*:?(\w*)/g,
    effect: 'destroys',
    text: 'drops the column $1',
  },
  { pattern: call('rename_column'), effect: 'breaks', text: 'renames the column $1 $2', table: 1 },
  { pattern: call('rename_table'), effect: 'breaks', text: 'renames the table $1' },
  { pattern: /\bt\.rename[ (]+:(\w+)/g, effect: 'breaks', text: 'renames the column $1' },
  { pattern: call('change_column'), effect: 'breaks', text: 'changes the column $1 $2', table: 1 },
  { pattern: /\bt\.change[ (]+:(\w+)/g, effect: 'breaks', text: 'changes the column $1' },
  {
    pattern: call('change_column_null'),
    effect: 'breaks',
    text: 'requires a value in the column $1 $2',
    only: /,\s*false\b/,
    table: 1,
  },
  {
    pattern: call('add_column|add_reference|add_belongs_to'),
    effect: 'breaks',
    text: 'adds the required column $1 $2 without a default',
    only: /null:\s*false/,
    unless: /default:/,
    table: 1,
  },
  {
    pattern: call('add_index'),
    effect: 'locks',
    text: 'builds an index on $1 while writers wait (no algorithm: :concurrently)',
    unless: /concurrently/,
    table: 1,
  },
  {
    pattern: call('add_reference|add_belongs_to'),
    effect: 'locks',
    text: 'builds an index on $1 while writers wait (index of the reference)',
    unless: /index:\s*false|concurrently/,
    table: 1,
  },
  {
    pattern: call('add_foreign_key|add_check_constraint'),
    effect: 'locks',
    text: 'checks all of $1 for a new constraint while writers wait (no validate: false)',
    unless: /validate:\s*false/,
    table: 1,
  },
  { pattern: /\.(?:delete_all|destroy_all)\b/g, effect: 'destroys', text: 'deletes rows' },
  { pattern: /\.update_all\b/g, effect: 'locks', text: 'updates rows' },
];

/** What `def change` cannot undo by itself, from the same guide. */
const IRREVERSIBLE: readonly CallRule[] = [
  { pattern: /(?<![\w.])execute\b/g, effect: 'breaks', text: 'execute' },
  { pattern: call('drop_table'), effect: 'breaks', text: 'drop_table without its columns', unless: /\bdo\b|\{/ },
  { pattern: call('change_column'), effect: 'breaks', text: 'change_column' },
  {
    pattern: call('change_column_default|change_column_comment|change_table_comment'),
    effect: 'breaks',
    text: 'a change without from: and to:',
    unless: /from:/,
  },
  { pattern: call('remove_column'), effect: 'breaks', text: 'remove_column without a type', unless: /,[^,]*,\s*:/ },
  { pattern: call('remove_columns'), effect: 'breaks', text: 'remove_columns without a type', unless: /type:/ },
  { pattern: /\bt\.remove[ (]/g, effect: 'breaks', text: 'remove without a type', unless: /type:/ },
  {
    pattern: /\.(?:update_all|delete_all|destroy_all|find_each|update!?|save!?)\b/g,
    effect: 'breaks',
    text: 'a change of data',
  },
];

/** What a Rails migration does, and whether it can be undone. */
export function judgeRuby(source: string): { operations: Operation[]; hasDown: boolean; downNote: string | undefined } {
  const text = blankRubyComments(source);
  const change = HEAD('change').exec(text);
  const { up, down } = upAndDown(text, HEAD('up'), HEAD('down'));
  const body: Part = change ? { text: text.slice(change.index), offset: change.index } : (up ?? { text, offset: 0 });
  const forward = { ...body, text: withoutBlock(body.text, 'down') };
  const created = createdTables(forward.text, /\bcreate_(?:join_)?table[\s(]+[:"'](\w+)/g);
  const operations = [
    ...judgeCalls(text, forward, RULES, created),
    ...judgeLiterals(text, forward, /(?<![\w.])execute\b[ (]*/g),
  ].sort((a, b) => a.line - b.line);
  return { operations, ...(change ? judgeChange(text, body, created) : judgeDown(down)) };
}

function judgeChange(
  text: string,
  body: Part,
  created: ReadonlySet<string>,
): { hasDown: boolean; downNote: string | undefined } {
  if (/IrreversibleMigration/.test(body.text)) return { hasDown: false, downNote: 'it says that it is irreversible' };
  // What stands in `reversible do |dir|` says itself how it is undone; `up_only` is not undone by intent.
  const plain = withoutBlock(withoutBlock(body.text, 'reversible'), 'up_only');
  const rules = /\.up\s+do|\breversible\b/.test(body.text) ? IRREVERSIBLE.slice(0, -1) : IRREVERSIBLE;
  const first = judgeCalls(text, { ...body, text: plain }, rules, created)[0];
  return first
    ? { hasDown: false, downNote: `Rails cannot undo ${first.text} in change` }
    : { hasDown: true, downNote: undefined };
}

function judgeDown(down: Part | undefined): { hasDown: boolean; downNote: string | undefined } {
  if (down === undefined) return { hasDown: false, downNote: 'it has no down' };
  if (/IrreversibleMigration|raise\b/.test(down.text)) return { hasDown: false, downNote: 'its down raises' };
  const body = down.text
    .replace(/^\s*def\s+(?:self\.)?down\b[^\n]*/, '')
    .replace(/\bend\b/g, '')
    .trim();
  return body === '' ? { hasDown: false, downNote: 'its down is empty' } : { hasDown: true, downNote: undefined };
}

/** Blanks the blocks that begin with a word: to an `end` of the same indentation, or between braces. */
function withoutBlock(text: string, word: string): string {
  const blank = (all: string) => all.replace(/[^\n]/g, ' ');
  const short = new RegExp(String.raw`\b${word}\s{0,100}\{[^{}]*\}`, 'g');
  return withoutLongBlock(text, new RegExp(String.raw`\b${word}\b`)).replace(short, blank);
}

/** The same for `word … do` up to the next line with `end` at the same indentation. */
function withoutLongBlock(text: string, word: RegExp): string {
  const lines = text.split('\n');
  const nextEnd = new Map<string, number>();
  // From below, so that each line knows the next end without looking for it.
  const endOf = lines.map(() => -1);
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const [, indent = '', isEnd] = /^([ \t]*)(end\b)?/.exec(lines[index] ?? '') ?? [];
    endOf[index] = nextEnd.get(indent) ?? -1;
    if (isEnd !== undefined) nextEnd.set(indent, index);
  }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const found = word.exec(line);
    const end = endOf[index] ?? -1;
    if (found === null || end === -1 || !/\bdo\b/.test(line.slice(found.index + found[0].length))) continue;
    for (; index < end; index += 1) lines[index] = ' '.repeat(lines[index]?.length ?? 0);
    lines[end] = (lines[end] ?? '').replace(/\bend\b/, '   ');
  }
  return lines.join('\n');
}
