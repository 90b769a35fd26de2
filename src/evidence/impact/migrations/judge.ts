import type { Operation } from '../findings.ts';
import { judgeJavaScript } from './javascript.ts';
import { judgeDotnet, judgeElixir, judgePhp } from './other-languages.ts';
import { judgeAlembic, judgeDjango } from './python.ts';
import type { Exists, MigrationFile } from './recognise.ts';
import { judgeRuby } from './ruby.ts';
import { judgeSql } from './sql.ts';

/** What a migration does, and whether it can be undone. */
export interface Judgement {
  readonly operations: readonly Operation[];
  readonly hasDown: boolean;
  readonly downNote: string | undefined;
}

/** Judges a migration by its tool's own means. */
export function judgeMigration(file: MigrationFile, path: string, text: string, exists: Exists): Judgement {
  switch (file.tool) {
    case 'rails':
      return judgeRuby(text);
    case 'django':
      return judgeDjango(text);
    case 'alembic':
      return judgeAlembic(text);
    case 'laravel':
    case 'doctrine':
    case 'phinx':
      return judgePhp(text);
    case 'ef-core':
      return judgeDotnet(text);
    case 'ecto':
      return judgeElixir(text);
    case 'knex':
    case 'kysely':
    case 'sequelize':
    case 'typeorm':
    case 'mikro-orm':
    case 'node-pg-migrate':
      return judgeJavaScript(text);
    default:
      return path.endsWith('.sql')
        ? judgeScript(file, text, exists)
        : { operations: [], hasDown: false, downNote: 'it is code that relctl does not read' };
  }
}

/** Marks of the way down inside a script: goose, sql-migrate, dbmate. */
const DOWN_MARK = /^\s*--\s*(?:\+(?:goose|migrate)\s+Down|migrate:down)\b.*$/im;

function judgeScript(file: MigrationFile, text: string, exists: Exists): Judgement {
  const mark = DOWN_MARK.exec(text);
  const operations = judgeSql(mark === null ? text : text.slice(0, mark.index));
  const inFile = mark !== null && /^(?!\s*--)\s*\S/m.test(text.slice(mark.index + mark[0].length));
  const hasDown = inFile || file.downFiles.some((path) => exists(path));
  const downNote =
    mark !== null
      ? 'its down is empty'
      : file.downFiles[0] === undefined
        ? 'its tool has no way down'
        : `there is no ${file.downFiles[0]}`;
  return { operations, hasDown, downNote: hasDown ? undefined : downNote };
}
