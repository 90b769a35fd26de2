import { lineFinder } from '../../lines.ts';
import type { Operation } from '../findings.ts';
import { splitActions, splitStatements } from './statements.ts';

const IF = '(?:IF (?:NOT )?EXISTS )?';
const NAME = String.raw`(?<name>(?:[\w$]+|"[^"]+"|\x60[^\x60]+\x60|\[[^\]]+\])(?:\.(?:[\w$]+|"[^"]+"|\x60[^\x60]+\x60|\[[^\]]+\]))*)`;

/** Statements that are judged by their beginning. Locks are PostgreSQL's (postgresql.org/docs/current/explicit-locking.html). */
const STATEMENTS: readonly (readonly [RegExp, Operation['effect'], string])[] = [
  [new RegExp(`^DROP (?:SCHEMA|DATABASE) ${IF}${NAME}`, 'i'), 'destroys', 'drops the schema'],
  [new RegExp(`^DROP (?:MATERIALIZED )?VIEW ${IF}${NAME}`, 'i'), 'breaks', 'drops the view'],
  [
    new RegExp(`^DROP (?:TYPE|FUNCTION|PROCEDURE|SEQUENCE|DOMAIN) ${IF}${NAME}`, 'i'),
    'breaks',
    'drops what the schema defines,',
  ],
  [new RegExp(`^TRUNCATE (?:TABLE )?(?:ONLY )?${NAME}`, 'i'), 'destroys', 'empties the table'],
  [new RegExp(`^DELETE FROM (?:ONLY )?${NAME}`, 'i'), 'destroys', 'deletes rows of'],
  [new RegExp(`^UPDATE (?:ONLY )?${NAME} `, 'i'), 'locks', 'updates rows of'],
  [new RegExp(`^RENAME TABLE ${NAME}`, 'i'), 'breaks', 'renames the table'],
  [/^(?:EXEC(?:UTE)? )?sp_rename '(?<name>[^']+)'/i, 'breaks', 'renames'],
  [new RegExp(`^ALTER TYPE ${NAME} RENAME`, 'i'), 'breaks', 'renames in the type'],
  [new RegExp(`^REINDEX (?!.*\\bCONCURRENTLY\\b)(?:TABLE|INDEX|SCHEMA|DATABASE) ${NAME}`, 'i'), 'locks', 'reindexes'],
  [new RegExp(`^(?:VACUUM FULL|CLUSTER) ${NAME}`, 'i'), 'locks', 'rewrites the table'],
  [new RegExp(`^LOCK (?:TABLE )?${NAME}`, 'i'), 'locks', 'locks the table'],
  [new RegExp(`^REFRESH MATERIALIZED VIEW (?!CONCURRENTLY)${NAME}`, 'i'), 'locks', 'refreshes the view'],
];

/** Actions of ALTER TABLE. */
const ACTIONS: readonly (readonly [RegExp, Operation['effect'], string])[] = [
  [
    new RegExp(
      `^DROP (?!CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|DEFAULT|CHECK|PARTITION|IDENTITY|EXPRESSION)(?:COLUMN )?${IF}${NAME}`,
      'i',
    ),
    'destroys',
    'drops the column',
  ],
  [new RegExp(`^ALTER (?:COLUMN )?${NAME} (?:SET DATA )?TYPE\\b`, 'i'), 'breaks', 'changes the type of the column'],
  [new RegExp(`^ALTER (?:COLUMN )?${NAME} SET NOT NULL`, 'i'), 'breaks', 'requires a value in the column'],
  [new RegExp(`^ALTER COLUMN ${NAME} (?!SET|DROP|ADD|RESTART|TYPE)[\\w[]`, 'i'), 'breaks', 'changes the column'],
  [new RegExp(`^(?:MODIFY|CHANGE) (?:COLUMN )?${NAME}`, 'i'), 'breaks', 'changes the column'],
  [/^RENAME TO (?<name>\S+)/i, 'breaks', 'renames the table to'],
  [/^RENAME AS (?<name>\S+)/i, 'breaks', 'renames the table to'],
  [new RegExp(`^RENAME (?!CONSTRAINT|INDEX|KEY|TO|AS)(?:COLUMN )?${NAME} TO`, 'i'), 'breaks', 'renames the column'],
  [/^SET SCHEMA (?<name>\S+)/i, 'breaks', 'moves the table to the schema'],
];

/**
 * What the statements of a script do that can hurt. Tables that the script itself creates are empty and unknown to the
 * running version, so nothing done to them hurts.
 * @param firstLine 1-based line of the script's first line in its file
 */
export function judgeSql(script: string, firstLine = 1): Operation[] {
  const statements = splitStatements(script);
  const lineOf = lineFinder(script);
  const created = new Set<string>();
  const renamedTo = new Set(
    statements.flatMap(({ text }) => /^ALTER TABLE .* RENAME (?:TO|AS) (\S+)$/i.exec(text)?.[1] ?? []).map(plain),
  );
  // MySQL builds indexes beside its writers (dev.mysql.com, "Online DDL"); backticks and engines are its marks.
  const isMySql = /`\w+`|\bENGINE\s*=/i.test(script);
  const found: Operation[] = [];
  for (const { text, offset } of statements) {
    const line = firstLine + lineOf(offset) - 1;
    const note = (effect: Operation['effect'], what: string) => found.push({ effect, text: what, line });
    const create = new RegExp(`^CREATE (?:(?:GLOBAL |LOCAL )?TEMP(?:ORARY)? |UNLOGGED )?TABLE ${IF}${NAME}`, 'i').exec(
      text,
    );
    if (create) created.add(plain(create.groups?.name ?? ''));
    const drop = new RegExp(`^DROP TABLE ${IF}${NAME}`, 'i').exec(text)?.groups?.name;
    if (drop !== undefined && !created.has(plain(drop))) {
      // SQLite changes a table by making a new one and giving it the old name.
      if (renamedTo.has(plain(drop))) note('locks', `rewrites the table ${plain(drop)}`);
      else note('destroys', `drops the table ${plain(drop)}`);
    }
    for (const [pattern, effect, what] of STATEMENTS) {
      const name = pattern.exec(text)?.groups?.name;
      if (name !== undefined && !created.has(plain(name))) note(effect, `${what} ${plain(name)}`);
    }
    judgeIndex(text, created, isMySql, note);
    const alter = new RegExp(`^ALTER TABLE ${IF}(?:ONLY )?${NAME}(?: \\*)? (?<actions>.*)$`, 'i').exec(text)?.groups;
    if (alter && !created.has(plain(alter.name ?? ''))) {
      for (const action of splitActions(alter.actions ?? ''))
        judgeAction(plain(alter.name ?? ''), action, isMySql, note);
    }
  }
  return found;
}

type Note = (effect: Operation['effect'], text: string) => void;

function judgeIndex(text: string, created: ReadonlySet<string>, isMySql: boolean, note: Note): void {
  if (isMySql) return;
  const make = new RegExp(
    `^CREATE (?:UNIQUE )?(?:CLUSTERED |NONCLUSTERED )?INDEX (?!CONCURRENTLY)(?:.*? )?ON (?:ONLY )?${NAME}`,
    'i',
  ).exec(text);
  const table = make?.groups?.name;
  if (table !== undefined && !created.has(plain(table)) && !/\bONLINE\s*=\s*ON\b/i.test(text)) {
    note('locks', `builds an index on ${plain(table)} while writers wait (no CONCURRENTLY)`);
  }
  const drop = new RegExp(`^DROP INDEX (?!CONCURRENTLY)${IF}${NAME}`, 'i').exec(text)?.groups?.name;
  if (drop !== undefined) note('locks', `drops the index ${plain(drop)} while all wait (no CONCURRENTLY)`);
}

function judgeAction(table: string, action: string, isMySql: boolean, note: Note): void {
  for (const [pattern, effect, what] of ACTIONS) {
    const name = pattern.exec(action)?.groups?.name;
    if (name === undefined) continue;
    // "new_x RENAME TO x" is the end of SQLite's rewrite, which was noted where the old table was dropped.
    if (/^RENAME (?:TO|AS)/i.test(action) && /^(?:_+new_+|new_|__new_|_prisma_new_|tmp_|temp_)/i.test(table)) continue;
    note(
      effect,
      /the table|schema/.test(what) ? `${what} ${plain(name)} (was ${table})` : `${what} ${table}.${plain(name)}`,
    );
  }
  if (/^ALTER .* SET NOT NULL/i.test(action)) note('locks', `reads all of ${table} while all wait (SET NOT NULL)`);
  const add = new RegExp(
    `^ADD (?:COLUMN )?${IF}(?!CONSTRAINT\\b|UNIQUE\\b|INDEX\\b|KEY\\b|PRIMARY\\b|FOREIGN\\b|CHECK\\b|FULLTEXT\\b|PARTITION\\b|VALUE\\b)${NAME} (?<rest>.*)$`,
    'i',
  ).exec(action)?.groups;
  const filled = /\bDEFAULT\b|\bGENERATED\b|\bIDENTITY\b|\bAUTO_INCREMENT\b|\b(?:SMALL|BIG)?SERIAL\b|\bAS \(/i;
  if (add && /\bNOT NULL\b/i.test(add.rest ?? '') && !filled.test(add.rest ?? '')) {
    note('breaks', `adds the required column ${table}.${plain(add.name ?? '')} without a default`);
  }
  if (isMySql) return;
  if (/^ADD (?:CONSTRAINT \S+ )?(?:FOREIGN KEY|CHECK)/i.test(action) && !/\bNOT VALID\b/i.test(action)) {
    note('locks', `checks all of ${table} for a new constraint while writers wait (no NOT VALID)`);
  }
  if (/^ADD (?:CONSTRAINT \S+ )?(?:UNIQUE|PRIMARY KEY)/i.test(action) && !/\bUSING INDEX\b/i.test(action)) {
    note('locks', `builds an index on ${table} while all wait (no USING INDEX)`);
  }
  if (add && /\bREFERENCES\b/i.test(add.rest ?? '')) note('locks', `locks ${table} and the table that it refers to`);
}

/** A name without quotes. */
const plain = (name: string): string =>
  name
    .replace(/["`[\]]/g, '')
    .replace(/^public\./i, '')
    .replace(/[;,)]+$/, '');
