import { lineFinder } from '../../../lines.ts';
import { blankSlashComments } from '../../comments.ts';
import { judgeLiterals } from '../code.ts';
import type { Judgement, MigrationTool, Recognised } from '../tool.ts';

/** What Go's packages for databases hand to a function that migrates: `*sql.Tx`, `*sqlx.DB`, `*xorm.Engine`, `*gorm.DB`. */
const DATABASE = /\*(?:sql|sqlx|gorm|xorm|bun|pg|pgx|pgxpool|ent|dbx?)\.\w+|\bpgx\.(?:Tx|Conn)\b|\bmigrate\.Migrator\b/;
const FOLDER = /(^|\/)(db)?[-_]?(migrations?|migrate)(\/\w+)?$/i;
const NUMBERED = /^v?\d[\d._-]*(?:[_-]\w+)?$/i;

/** Migrations that are functions of the program, each in a file that is called after a version or a time; the program itself runs them. */
export const goCode: MigrationTool = {
  name: 'go-code',
  runs: 'all',
  recognise: ({ extension, folder, stem, text }) =>
    extension === '.go' && FOLDER.test(folder) && NUMBERED.test(stem) && !/_test$/.test(stem) && DATABASE.test(text)
      ? [{ id: stem }]
      : undefined,
  judge: ({ text }) =>
    judge(text, /\bfunc\s+\w*(?:[dD]own|[rR]ollback|[rR]evert)\w*\s*\(|\bRollback:\s*func\b/.test(text)),
};

/** A list that the program goes through: of changes, of functions, of scripts. */
const LIST =
  /(?<name>\b\w*[mM]igrations)?\s*(?::=|=)?\s*(?:\[\]|\[\.\.\.\])(?:func\([^{}]{0,300}?\)\s*(?:error|\([^()]{0,200}\))?|struct\s*\{[^{}]{0,2000}\}|[\w.*]{1,200})\s*\{/g;
const CHANGES_SCHEMA = /\b(?:create|alter|drop|rename)\s+(?:unique\s+)?(?:table|index|type)\b/i;

/** Migrations in one list of a file, which the program counts: an entry is known by its place, `migrate.go#3`. */
export const goList: MigrationTool = {
  name: 'go-list',
  runs: 'all',
  recognise({ extension, path, stem, text }) {
    if (extension !== '.go' || !/migrat/i.test(stem) || /_test$/.test(stem)) return undefined;
    const entries = longestList(blankSlashComments(text, 'other'));
    if (entries.length < 2) return undefined;
    const lineOf = lineFinder(text);
    return entries.map(
      ({ offset, text: entry }, index): Recognised => ({
        id: `${path}#${index + 1}`,
        line: lineOf(offset),
        text: entry,
      }),
    );
  },
  judge(_file, { text = '', line = 1 }) {
    const judged = judge(text, false);
    return { ...judged, operations: judged.operations.map((one) => ({ ...one, line: one.line + line - 1 })) };
  },
};

function judge(text: string, hasDown: boolean): Judgement {
  return {
    operations: judgeLiterals(text, { text, offset: 0 }, /[(,=]\s*(?=["`])/g),
    hasDown,
    downNote: hasDown ? undefined : 'it has no down',
  };
}

/** Lists that are looked at in one file: each is read to its end, and lists may stand in lists. */
const MOST_LISTS = 200;
/** How far one list is read. */
const LONGEST_LIST = 200_000;

interface Entry {
  readonly text: string;
  readonly offset: number;
}

/** The entries of the longest list that changes the schema, or is one of migrations by its name and the file asks a database. */
function longestList(text: string): readonly Entry[] {
  let longest: readonly Entry[] = [];
  for (const match of [...text.matchAll(LIST)].slice(0, MOST_LISTS)) {
    const entries = entriesFrom(text, match.index + match[0].length);
    const isOfMigrations =
      entries.some((one) => CHANGES_SCHEMA.test(one.text)) ||
      (match.groups?.name !== undefined && (DATABASE.test(text) || CHANGES_SCHEMA.test(text)));
    if (isOfMigrations && entries.length > longest.length) longest = entries;
  }
  return longest;
}

/** The entries of a composite literal, from behind the bracket that opens it. */
function entriesFrom(text: string, start: number): readonly Entry[] {
  const entries: Entry[] = [];
  const marks = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|[([{)\]},]/g;
  marks.lastIndex = start;
  let depth = 0;
  let from = start;
  for (let match = marks.exec(text); match !== null && match.index < start + LONGEST_LIST; match = marks.exec(text)) {
    const [mark] = match;
    if (/^[([{]$/.test(mark)) depth += 1;
    else if (/^[)\]}]$/.test(mark)) depth -= 1;
    if (depth < 0 || (depth === 0 && mark === ',')) {
      const raw = text.slice(from, match.index);
      const entry = raw.trim();
      if (entry !== '') entries.push({ text: entry, offset: from + raw.length - raw.trimStart().length });
      from = match.index + 1;
    }
    if (depth < 0) return entries;
  }
  return [];
}
