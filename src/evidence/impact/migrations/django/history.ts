import { baseName, folderOf } from '../../paths.ts';
import { byNumber } from '../tool.ts';
import { argument, literal, operationsIn } from './call.ts';

/** Definitions of fields by `model.field` in lower case, as the migrations before one left them. */
export type FieldHistory = ReadonlyMap<string, string>;

/** The key of a field: Django compares names of models without case. */
export const fieldKey = (model: string, field: string): string => `${model}.${field}`.toLowerCase();

/**
 * What the fields of an app were before a migration: its ancestors by `dependencies` within the app, carried out in their order.
 * @param siblings texts of the files of the folder, comments blanked
 */
export function fieldsBefore(path: string, text: string, siblings: ReadonlyMap<string, string>): FieldHistory {
  const fields = new Map<string, string>();
  for (const ancestor of ancestors(path, text, siblings)) carryOut(ancestor, fields);
  return fields;
}

/** Texts of the ancestors, the oldest first. */
function ancestors(path: string, text: string, siblings: ReadonlyMap<string, string>): string[] {
  const app = baseName(folderOf(folderOf(path)));
  const byName = new Map([...siblings].map(([file, own]) => [baseName(file).replace(/\.py$/, ''), own]));
  const before = (own: string): string[] =>
    [...own.matchAll(/\(\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*,?\s*\)/g)]
      .filter((match) => match[1] === app && byName.has(match[2] ?? ''))
      .map((match) => match[2] ?? '')
      .sort(byNumber);
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const own = byName.get(name);
    if (own === undefined || seen.has(name)) return;
    seen.add(name);
    for (const other of before(own)) visit(other);
    ordered.push(own);
  };
  for (const name of before(text)) visit(name);
  return ordered;
}

function carryOut(text: string, fields: Map<string, string>): void {
  for (const { kind, args } of operationsIn(text)) {
    const model = literal(argument(args, 'model_name', 0));
    const name = literal(argument(args, 'name', 1));
    if (kind === 'CreateModel') {
      const created = literal(argument(args, 'name', 0));
      for (const [field, definition] of fieldsOf(argument(args, 'fields', 1) ?? ''))
        fields.set(fieldKey(created, field), definition);
    } else if (kind === 'AddField' || kind === 'AlterField') {
      const definition = argument(args, 'field', 2);
      if (definition !== undefined) fields.set(fieldKey(model, name), definition);
    } else if (kind === 'RenameField') {
      move(
        fields,
        fieldKey(model, literal(argument(args, 'old_name', 1))),
        fieldKey(model, literal(argument(args, 'new_name', 2))),
      );
    } else if (kind === 'RenameModel') {
      const [old, now] = [literal(argument(args, 'old_name', 0)), literal(argument(args, 'new_name', 1))];
      for (const key of [...fields.keys()])
        if (key.startsWith(`${old.toLowerCase()}.`)) move(fields, key, fieldKey(now, key.slice(old.length + 1)));
    }
  }
}

function move(fields: Map<string, string>, from: string, to: string): void {
  const definition = fields.get(from);
  if (definition === undefined) return;
  fields.delete(from);
  fields.set(to, definition);
}

/** The pairs of `[("state", models.CharField(…)), …]`. */
function fieldsOf(list: string): [string, string][] {
  const found: [string, string][] = [];
  let depth = 0;
  let start = 0;
  for (const match of list.matchAll(
    /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[([{)\]}]/g,
  )) {
    if (/^[([{]$/.test(match[0])) {
      depth += 1;
      // One bracket of the list, one of the pair.
      if (depth === 2) start = match.index + 1;
    } else if (/^[)\]}]$/.test(match[0])) {
      if (depth === 2) {
        const pair = /^\s*["'](\w+)["']\s*,\s*([\s\S]*?)\s*,?\s*$/.exec(list.slice(start, match.index));
        if (pair) found.push([pair[1] ?? '', pair[2] ?? '']);
      }
      depth -= 1;
    }
  }
  return found;
}
