import { lineFinder } from '../../../lines.ts';
import { blankPythonComments } from '../../comments.ts';
import type { Operation } from '../../findings.ts';
import { closing, createdTables, judgeLiterals } from '../code.ts';
import type { Judgement } from '../tool.ts';
import { argument, type CallArguments, literal, operationsIn } from './call.ts';
import { fieldChange } from './field-change.ts';
import { fieldKey, fieldsBefore } from './history.ts';

/**
 * What a Django migration does (docs.djangoproject.com/en/stable/ref/migration-operations/), and whether it can be undone.
 * @param path of its file, which names its app
 * @param siblings texts of the files of its folder: what an altered field was before stands there
 */
export function judgeDjango(source: string, path = '', siblings: ReadonlyMap<string, string> = new Map()): Judgement {
  // Operations that only change Django's own picture of the schema do nothing to the database.
  const text = withoutState(blankPythonComments(source));
  const lineOf = lineFinder(text);
  const created = [...createdTables(text, /\bCreateModel\(\s*(?:name\s*=\s*)?["'](\w+)["']/g)];
  const before = () =>
    fieldsBefore(path, text, new Map([...siblings].map(([file, own]) => [file, blankPythonComments(own)])));
  const operations: Operation[] = [];
  let downNote: string | undefined;
  for (const { kind, args, offset, open, inner } of operationsIn(text)) {
    const line = lineOf(offset);
    const model = literal(argument(args, 'model_name', 0));
    if (TAKES_MODEL.test(kind) && created.some((name) => name.toLowerCase() === model.toLowerCase())) continue;
    const field = literal(argument(args, 'name', 1));
    const found =
      kind === 'AlterField'
        ? fieldChange(before().get(fieldKey(model, field)), argument(args, 'field', 2) ?? '', `${model}.${field}`)
        : judgeOperation(kind, args, text);
    operations.push(...found.map((operation) => ({ ...operation, line })));
    if (kind === 'RunSQL') {
      const part = { text: text.slice(offset, open + inner.length + 2), offset };
      operations.push(...judgeLiterals(text, part, /\bRunSQL\(\s*(?:sql\s*=\s*)?\[?/g));
      if (argument(args, 'reverse_sql', 1) === undefined) downNote ??= 'a RunSQL has no reverse_sql';
    }
    if (kind === 'RunPython' && argument(args, 'reverse_code', 1) === undefined)
      downNote ??= 'a RunPython has no reverse_code';
  }
  return { operations, hasDown: downNote === undefined, downNote };
}

const TAKES_MODEL =
  /^(AddField|AlterField|RemoveField|RenameField|AddIndex|RemoveIndex|AddConstraint|RemoveConstraint)$/;

function judgeOperation(kind: string, args: CallArguments, text: string): Pick<Operation, 'effect' | 'text'>[] {
  const model = literal(argument(args, 'model_name', 0));
  const name = literal(argument(args, 'name', 0));
  const field = `${model}.${literal(argument(args, 'name', 1))}`;
  switch (kind) {
    case 'DeleteModel':
      return [{ effect: 'destroys', text: `drops the table of ${name}` }];
    case 'RemoveField':
      return [{ effect: 'destroys', text: `drops the column ${field}` }];
    case 'RenameField':
      return [{ effect: 'breaks', text: `renames the column ${model}.${literal(argument(args, 'old_name', 1))}` }];
    case 'RenameModel':
      return [{ effect: 'breaks', text: `renames the table of ${literal(argument(args, 'old_name', 0))}` }];
    case 'AlterModelTable':
      return [{ effect: 'breaks', text: `renames the table of ${name}` }];
    case 'AddField':
      return isFilled(args, text)
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

/** Django fills old rows from `default` and then drops it from the database; `db_default` stays, and so does what a RunSQL sets. */
function isFilled(args: CallArguments, text: string): boolean {
  const definition = argument(args, 'field', 2) ?? '';
  if (/\bnull\s*=\s*True|\bdb_default\s*=|ManyToManyField|GeneratedField/.test(definition)) return true;
  const column = literal(argument(args, 'name', 1));
  return new RegExp(String.raw`\bALTER\s+(?:COLUMN\s+)?"?${column}"?\s+SET\s+DEFAULT\b`, 'i').test(text);
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
