import { lineFinder } from '../../lines.ts';
import type { Operation } from '../findings.ts';
import { judgeSql } from './sql.ts';

/** A part of a migration's source, with where it stands. */
export interface Part {
  readonly text: string;
  readonly offset: number;
}

/** A call that can hurt: how it is written, what it does. `$1` and so on are filled in from the pattern's groups. */
export interface CallRule {
  readonly pattern: RegExp;
  readonly effect: Operation['effect'];
  readonly text: string;
  /** When this matches the arguments of the call, it does no harm. */
  readonly unless?: RegExp;
  /** Only when this matches the arguments of the call. */
  readonly only?: RegExp;
  /** Group of the pattern that names a table: a table that the migration creates is not judged. */
  readonly table?: number;
}

/**
 * The part that migrates up, and the part that migrates down, of a source with both: each goes from its own beginning to the
 * other's, or to the end. Order does not matter.
 */
export function upAndDown(source: string, up: RegExp, down: RegExp): { up: Part | undefined; down: Part | undefined } {
  const [upAt, downAt] = [source.search(up), source.search(down)];
  const part = (at: number, other: number): Part | undefined =>
    at === -1 ? undefined : { text: source.slice(at, other > at ? other : undefined), offset: at };
  return { up: part(upAt, downAt), down: part(downAt, upAt) };
}

/** A call or a literal that is longer is not looked at further: each of them is looked at from its beginning. */
const LONGEST_CALL = 8000;
/** SQL in a literal of a migration; what is longer lies in a file of its own. */
const LONGEST_LITERAL = 32_000;
/** Lines that one statement goes on for at most. */
const MOST_LINES = 200;

/** Applies rules to a part of a migration. */
export function judgeCalls(
  source: string,
  part: Part,
  rules: readonly CallRule[],
  created: ReadonlySet<string>,
): Operation[] {
  const lineOf = lineFinder(source);
  const found: Operation[] = [];
  for (const rule of rules) {
    for (const match of part.text.matchAll(rule.pattern)) {
      if (rule.table !== undefined && created.has(match[rule.table] ?? '')) continue;
      const call = callText(part.text, match.index);
      if (rule.unless?.test(call) || (rule.only && !rule.only.test(call))) continue;
      const text = rule.text.replace(/\$(\d)/g, (_all, group: string) => match[Number(group)] ?? '').trim();
      found.push({ effect: rule.effect, text, line: lineOf(part.offset + match.index) });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** A call from its name to its closing parenthesis; without parentheses, to the end of the statement (Ruby, Elixir). */
function callText(text: string, start: number): string {
  const near = text.slice(start, start + LONGEST_CALL);
  const lineEnd = start + (near.indexOf('\n') === -1 ? near.length : near.indexOf('\n'));
  const open = near.indexOf('(') === -1 ? -1 : start + near.indexOf('(');
  if (open === -1 || open > lineEnd || /[\s,]/.test(text.slice(start, open).trim())) return statement(text, start);
  const end = closing(text, open);
  const name = text.slice(start, open);
  // What is chained to a call belongs to it: `.notNullable().defaultTo(0)`.
  return name + text.slice(open, statementEnd(text, end));
}

/** Offset behind the parenthesis that closes the one at `open`. */
export function closing(text: string, open: number): number {
  let depth = 0;
  for (const match of text
    .slice(open, open + LONGEST_CALL)
    .matchAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|[([{)\]}]/g)) {
    if (/^[([{]$/.test(match[0])) depth += 1;
    else if (/^[)\]}]$/.test(match[0])) depth -= 1;
    if (depth === 0) return open + match.index + match[0].length;
  }
  return Math.min(text.length, open + LONGEST_CALL);
}

function statementEnd(text: string, from: number): number {
  const rest =
    /^(?:\s*\.\s*\w+\s*(?:\((?:[^()]|\([^()]*\))*\))?)+/.exec(text.slice(from, from + LONGEST_CALL))?.[0].length ?? 0;
  return from + rest;
}

/** Lines that go on: each ends in a comma or an opening bracket. */
function statement(text: string, start: number): string {
  let end = start;
  let line = '';
  let lines = 0;
  do {
    const next = text.indexOf('\n', end + 1);
    const from = end;
    end = next === -1 ? text.length : next;
    line = text.slice(from, end).trimEnd();
    lines += 1;
  } while (end < text.length && lines < MOST_LINES && ',([{\\|'.includes(line.at(-1) ?? ' '));
  return text.slice(start, end);
}

/** SQL that is given as a literal to the calls that `call` matches, judged with the lines of the source. */
export function judgeLiterals(source: string, part: Part, call: RegExp): Operation[] {
  const lineOf = lineFinder(source);
  return [...part.text.matchAll(call)].flatMap((match) => {
    const start = match.index + match[0].length;
    const rest = part.text.slice(start, start + LONGEST_LITERAL);
    const literal =
      /^\s*(?:[rbfuRBFU]{0,2})("""|''')([\s\S]*?)\1/.exec(rest) ??
      /^\s*(?:[rbfuRBFU]{0,2}|sql)?(["'`])((?:\\[\s\S]|(?!\1)[^\\])*)\1/.exec(rest) ??
      /^\s*<<[~-]?\s*['"]?(\w+)['"]?[^\n]*\n([\s\S]*?)\n\s*\1\b/.exec(rest);
    if (literal === null) return [];
    const text = literal[2] ?? '';
    return judgeSql(text, lineOf(part.offset + start + literal[0].indexOf(text)));
  });
}

/** Tables that a pattern's first group names. */
export function createdTables(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}
