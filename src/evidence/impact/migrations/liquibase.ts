import { byName } from '../../../text/by-name.ts';
import { lineFinder } from '../../lines.ts';
import { blankBetween } from '../comments.ts';
import type { Operation } from '../findings.ts';
import { judgeSql } from './sql.ts';

/** A change set of a Liquibase changelog. */
export interface ChangeSet {
  /** `author:id`, as Liquibase itself names it. */
  readonly id: string;
  readonly line: number;
  readonly operations: readonly Operation[];
  readonly hasDown: boolean;
  readonly downNote: string | undefined;
  /** Its own text, to see whether it was edited. */
  readonly text: string;
}

/** Changes that Liquibase undoes by itself (docs.liquibase.com, "Liquibase rollback workflow"). */
const UNDONE_BY_ITSELF =
  /^(addColumn|addDefaultValue|addForeignKeyConstraint|addLookupTable|addNotNullConstraint|addPrimaryKey|addUniqueConstraint|createIndex|createSequence|createTable|createView|dropNotNullConstraint|enableCheckConstraint|disableCheckConstraint|enableTrigger|disableTrigger|renameColumn|renameSequence|renameTable|renameTrigger|renameView|setTableRemarks|setColumnRemarks|tagDatabase)$/;

/** What changes do that can hurt. */
const CHANGES: Readonly<Record<string, readonly [Operation['effect'], string]>> = byName({
  dropTable: ['destroys', 'drops the table'],
  dropAllTables: ['destroys', 'drops all tables'],
  dropColumn: ['destroys', 'drops a column of'],
  delete: ['destroys', 'deletes rows of'],
  mergeColumns: ['destroys', 'merges columns of'],
  renameTable: ['breaks', 'renames the table'],
  renameColumn: ['breaks', 'renames a column of'],
  dropView: ['breaks', 'drops the view'],
  modifyDataType: ['breaks', 'changes the type of a column of'],
  addNotNullConstraint: ['breaks', 'requires a value in a column of'],
  createIndex: ['locks', 'builds an index while writers wait on'],
  addForeignKeyConstraint: ['locks', 'checks a new constraint on all of'],
  addUniqueConstraint: ['locks', 'builds an index while all wait on'],
  addPrimaryKey: ['locks', 'builds an index while all wait on'],
  update: ['locks', 'updates rows of'],
});
const KNOWN = new RegExp(
  String.raw`\b(${Object.keys(CHANGES).join('|')}|createTable|addColumn|sql|sqlFile|customChange|insert|loadData|createProcedure|createView|createSequence|dropIndex|dropForeignKeyConstraint|dropUniqueConstraint|dropPrimaryKey|dropSequence|dropNotNullConstraint|dropDefaultValue|addDefaultValue|executeCommand|tagDatabase)\b`,
);

/** Change sets of a changelog in XML, YAML, JSON or formatted SQL; `undefined` when the text is no changelog. */
export function readChangeSets(path: string, text: string): ChangeSet[] | undefined {
  if (/\.xml$/.test(path)) return /<databaseChangeLog\b/.test(text) ? fromXml(text) : undefined;
  if (/\.ya?ml$/.test(path)) return /^[ \t]*"?databaseChangeLog"?[ \t]*:/m.test(text) ? fromYaml(text) : undefined;
  if (/\.json$/.test(path)) return /"databaseChangeLog"\s*:/.test(text) ? fromJson(text) : undefined;
  if (/\.sql$/.test(path))
    return /^[ \t]*--[ \t]*liquibase[ \t]+formatted[ \t]+sql/im.test(text) ? fromSql(text) : undefined;
  return undefined;
}

function fromXml(source: string): ChangeSet[] {
  const text = blankBetween(source, /<!--/g, /-->/g);
  const lineOf = lineFinder(text);
  return changeSetsIn(text).map((match) => {
    const { all, head, body } = match;
    const attribute = (name: string) => new RegExp(String.raw`\b${name}\s*=\s*["']([^"']*)["']`).exec(head)?.[1] ?? '';
    const rollback = rollbackIn(body);
    const forward = rollback === undefined ? body : body.replace(rollback, rollback.replace(/[^\n]/g, ' '));
    const start = match.index + all.indexOf('>') + 1;
    const changes = [...forward.matchAll(/<(?:\w{1,60}:)?(\w{1,60})\b([^<>]*)>/g)].filter(
      (tag) => KNOWN.test(tag[1] ?? '') && KNOWN.exec(tag[1] ?? '')?.[0] === tag[1],
    );
    const operations = changes.flatMap((tag) => {
      const table =
        /\b(?:baseTableName|tableName|oldTableName|viewName)\s*=\s*["']([^"']*)["']/.exec(tag[2] ?? '')?.[1] ?? '';
      const inner =
        tag[1] === 'sql'
          ? (/^<(?:\w+:)?sql\b[^>]*>([\s\S]*?)<\//.exec(forward.slice(tag.index, tag.index + LONGEST))?.[1] ?? '')
          : '';
      return operationsOf(tag[1] ?? '', table, lineOf(start + tag.index), inner.replace(/<!\[CDATA\[|\]\]>/g, ''));
    });
    return changeSet(
      `${attribute('author')}:${attribute('id')}`,
      lineOf(match.index),
      changes.map((tag) => tag[1] ?? ''),
      operations,
      rollback !== undefined,
      all,
    );
  });
}

/** More of one change is not looked at: each is looked at from its beginning. */
const LONGEST = 32_000;

interface Element {
  readonly index: number;
  readonly all: string;
  readonly head: string;
  readonly body: string;
}

/** Elements `changeSet` that are closed; the first that is not ends the search, since then no later one is. */
function changeSetsIn(text: string): readonly Element[] {
  const found: Element[] = [];
  const open = /<changeSet\b([^<>]*)>/g;
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const from = match.index + match[0].length;
    const close = text.indexOf('</changeSet>', from);
    if (close === -1) break;
    const end = close + '</changeSet>'.length;
    found.push({
      index: match.index,
      all: text.slice(match.index, end),
      head: match[1] ?? '',
      body: text.slice(from, close),
    });
    open.lastIndex = end;
  }
  return found;
}

function rollbackIn(body: string): string | undefined {
  const open = /<rollback\b[^<>]*>/.exec(body);
  if (open === null) return undefined;
  if (open[0].endsWith('/>')) return open[0];
  const close = body.indexOf('</rollback>', open.index);
  return close === -1 ? undefined : body.slice(open.index, close + '</rollback>'.length);
}

function fromYaml(text: string): ChangeSet[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (/^\s*-\s*changeSet\s*:/.test(line) ? [index] : []));
  return starts.map((start, position) => {
    const block = lines.slice(start, starts[position + 1]);
    const value = (key: string) =>
      block
        .map((line) => new RegExp(String.raw`^${key}\s*:\s*["']?([^"'#]*)["']?$`).exec(line.trim())?.[1]?.trim())
        .find((found) => found !== undefined) ?? '';
    const changes = block.flatMap((line, index) => {
      const name = /^\s*-\s*(\w+)\s*:/.exec(line)?.[1];
      return name !== undefined && KNOWN.exec(name)?.[0] === name ? [{ name, index }] : [];
    });
    const rollbackAt = block.findIndex((line) => /^\s*-?\s*rollback\s*:/.test(line));
    const forward = changes.filter((change) => rollbackAt === -1 || change.index < rollbackAt);
    const operations = forward.flatMap(({ name, index }) => {
      const near = block.slice(index, index + 12).join('\n');
      const table = /\b(?:baseTableName|tableName|oldTableName)\s*:\s*["']?([\w.]+)/.exec(near)?.[1] ?? '';
      const sql =
        name === 'sql'
          ? (/\bsql\s*:\s*(?!\n)["'|>]*([\s\S]*)/.exec(near.split('\n').slice(1).join('\n'))?.[1] ?? '')
          : '';
      return operationsOf(name, table, start + index + 1, sql);
    });
    return changeSet(
      `${value('author')}:${value('id')}`,
      start + 1,
      forward.map((change) => change.name),
      operations,
      rollbackAt !== -1,
      block.join('\n'),
    );
  });
}

function fromJson(text: string): ChangeSet[] {
  const lineOf = lineFinder(text);
  const starts = [...text.matchAll(/"changeSet"\s*:\s*\{/g)];
  return starts.map((match, position) => {
    const block = text.slice(match.index, starts[position + 1]?.index);
    const value = (key: string) => new RegExp(String.raw`"${key}"\s*:\s*"?([^",}\n]*)`).exec(block)?.[1] ?? '';
    const rollbackAt = block.search(/"rollback"\s*:/);
    const forward = rollbackAt === -1 ? block : block.slice(0, rollbackAt);
    const changes = [...forward.matchAll(/\{\s*"(\w+)"\s*:/g)].filter(
      (change) => KNOWN.exec(change[1] ?? '')?.[0] === change[1],
    );
    const operations = changes.flatMap((change) => {
      const table =
        /"(?:baseTableName|tableName|oldTableName)"\s*:\s*"([^"]*)"/.exec(
          forward.slice(change.index, change.index + LONGEST),
        )?.[1] ?? '';
      return operationsOf(change[1] ?? '', table, lineOf(match.index + change.index), '');
    });
    return changeSet(
      `${value('author')}:${value('id')}`,
      lineOf(match.index),
      changes.map((c) => c[1] ?? ''),
      operations,
      rollbackAt !== -1,
      block,
    );
  });
}

function fromSql(text: string): ChangeSet[] {
  const lineOf = lineFinder(text);
  const starts = [...text.matchAll(/^[ \t]*--[ \t]*changeset[ \t]+([^\s:]+):(\S+).*$/gim)];
  return starts.map((match, position) => {
    const start = match.index + match[0].length;
    const body = text.slice(start, starts[position + 1]?.index);
    const rollback = /^[ \t]*--[ \t]*rollback\b(.*)$/im.exec(body);
    const line = lineOf(start);
    return {
      id: `${match[1] ?? ''}:${match[2] ?? ''}`,
      line: lineOf(match.index + match[0].search(/--/)),
      operations: judgeSql(body, line),
      hasDown: rollback !== null && !/^\s*(not required|empty)?\s*$/i.test(rollback[1] ?? ''),
      downNote: rollback === null ? 'it has no rollback' : undefined,
      text: body.trim(),
    };
  });
}

function operationsOf(change: string, table: string, line: number, sql: string): Operation[] {
  if (change === 'sql') return judgeSql(sql, line);
  const rule = CHANGES[change];
  return rule === undefined ? [] : [{ effect: rule[0], text: `${rule[1]} ${table}`.trim(), line }];
}

function changeSet(
  id: string,
  line: number,
  changes: readonly string[],
  operations: readonly Operation[],
  hasRollback: boolean,
  text: string,
): ChangeSet {
  const blocked = changes.find((change) => !UNDONE_BY_ITSELF.test(change));
  const hasDown = hasRollback || blocked === undefined;
  return {
    id,
    line,
    operations,
    hasDown,
    downNote: hasDown ? undefined : `${blocked} needs a rollback of its own`,
    text,
  };
}
