import { escapeHtml } from './escape.ts';

/** A cell: text, or HTML that is safe already. */
export type Cell = string | { readonly html: string; readonly tone?: string };

/**
 * A table of texts. On a narrow page each row becomes a block of named lines, since columns of text do not fit beside each
 * other there; the roles keep it a table for those who hear it.
 */
export function stackedTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = columns.map((column) => `<th scope="col" role="columnheader">${escapeHtml(column)}</th>`).join('');
  const body = rows.map(
    (cells) => `<tr role="row">${cells.map((cell, at) => cellHtml(cell, columns[at] ?? '', at)).join('')}</tr>`,
  );
  return `<table class="stack" role="table"><thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${body.join('\n')}</tbody></table>`;
}

function cellHtml(cell: Cell, column: string, at: number): string {
  const text = typeof cell === 'string' ? escapeHtml(cell) : cell.html;
  const tone = typeof cell === 'string' ? undefined : cell.tone;
  const names = [
    ...(tone === undefined ? [] : [tone]),
    ...(hasLongWord(text) ? ['long'] : []),
    ...(text === '' ? ['empty'] : []),
  ];
  const tag = at === 0 ? 'th scope="row" role="rowheader"' : 'td role="cell"';
  const look = names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  return `<${tag}${look} data-column="${escapeHtml(column)}"><span>${text}</span></${at === 0 ? 'th' : 'td'}>`;
}

/** True for text that cannot be broken at its spaces alone: names of images, digests, addresses. */
function hasLongWord(text: string): boolean {
  return /[^\s<>]{24}/.test(text);
}
