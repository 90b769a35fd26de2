import { judgeSql } from '../sql.ts';
import type { Judgement, Recognised, SourceFile } from '../tool.ts';

/** Marks of the way down inside a script: goose, sql-migrate, dbmate. */
const DOWN_MARK = /^[ \t]*--[ \t]*(?:\+(?:goose|migrate)\s+Down|migrate:down)\b.*$/im;

/** What a migration in SQL does; its way down stands behind a mark in it, or in a file of its own. */
export function judgeScript(file: SourceFile, { downFiles = [] }: Recognised): Judgement {
  if (file.extension !== '.sql') return UNREAD;
  const mark = DOWN_MARK.exec(file.text);
  const operations = judgeSql(mark === null ? file.text : file.text.slice(0, mark.index));
  const inFile = mark !== null && /^(?!\s*--)\s*\S/m.test(file.text.slice(mark.index + mark[0].length));
  const hasDown = inFile || downFiles.some((path) => file.exists(path));
  const downNote =
    mark !== null
      ? 'its down is empty'
      : downFiles[0] === undefined
        ? 'its tool cannot undo it'
        : `there is no ${downFiles[0]}`;
  return { operations, hasDown, downNote: hasDown ? undefined : downNote };
}

/** Code of a language whose migrations are not read. */
const UNREAD: Judgement = {
  operations: [{ effect: 'unknown', text: 'it is code that relctl does not read', line: 1 }],
  hasDown: false,
  downNote: 'it is code that relctl does not read',
};
