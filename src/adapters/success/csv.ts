import { RelctlError } from '../../errors.ts';
import type { Reading } from '../../ports/metrics.ts';
import type { MeasuredDay, MeasuredSource } from '../../ports/success-source.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { noData, numberOf } from './no-data.ts';

type CsvSource = Extract<MeasuredSource, { kind: 'csv' }>;

/** The value in the row of a day. Two rows of one day are no value: which of them counts, nobody can tell. */
export async function readCsv(
  source: CsvSource,
  { day }: MeasuredDay,
  workspace: Pick<Workspace, 'read'>,
): Promise<Reading<number>> {
  const text = await readText(source.file, workspace);
  if (typeof text !== 'string') return text;
  const rows = parseCsv(text, source.separator);
  if (rows === undefined) return noData('error', `${source.file} has a quote that is never closed`);
  const [header = [], ...body] = rows;
  const dayAt = header.indexOf(source.dayColumn);
  const valueAt = header.indexOf(source.column);
  if (dayAt === -1 || valueAt === -1) {
    const missing = dayAt === -1 ? source.dayColumn : source.column;
    return noData('error', `${source.file} has no column "${missing}", only ${header.join(', ')}`);
  }
  const found = body.filter((row) => row[dayAt] === day);
  if (found.length === 0) return noData('empty', `${source.file} has no row of ${day}`);
  if (found.length > 1) return noData('several-values', `${source.file} has ${found.length} rows of ${day}`);
  return numberOf(found[0]?.[valueAt], `${source.column} on ${day} in ${source.file}`);
}

async function readText(file: string, workspace: Pick<Workspace, 'read'>): Promise<string | Reading<never>> {
  try {
    return (await workspace.read(file)) ?? noData('empty', `there is no ${file}`);
  } catch (error) {
    if (error instanceof RelctlError) return noData('error', error.message);
    throw error;
  }
}

/**
 * Rows of a CSV text as RFC 4180 has them: fields in double quotes may hold separators, line ends and doubled quotes; blank lines
 * are skipped. `undefined` when a quote is never closed.
 */
export function parseCsv(text: string, separator: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(field);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    field = '';
  };
  const body = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < body.length; at += 1) {
    const character = body[at] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (body[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') field += character;
  }
  if (quoted) return undefined;
  if (field !== '' || row.length > 0) endRow();
  return rows;
}
