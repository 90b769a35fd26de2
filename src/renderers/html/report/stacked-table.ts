import { Html, html, lines } from '../writer.ts';

/** A cell: text, or what stands in it, with the tone in which it is shown. */
export type Cell = string | { readonly content: string | Html; readonly tone?: string };

/**
 * A table of texts. On a narrow page each row becomes a block of named lines, since columns of text do not fit beside each
 * other there; the roles keep it a table for those who hear it.
 */
export function stackedTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const head = columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`);
  const body = rows.map(
    (cells) => html`<tr role="row">${cells.map((cell, at) => cellHtml(cell, columns[at] ?? '', at))}</tr>`,
  );
  return html`<table class="stack" role="table"><thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${lines(body)}</tbody></table>`;
}

function cellHtml(cell: Cell, column: string, at: number): Html {
  const { content, tone } =
    typeof cell === 'string' ? { content: cell, tone: undefined } : { tone: undefined, ...cell };
  const shown = content instanceof Html ? content : html`${content}`;
  const names = [
    ...(tone === undefined ? [] : [tone]),
    ...(hasLongWord(shown.markup) ? ['long'] : []),
    ...(shown.markup === '' ? ['empty'] : []),
  ];
  const look = names.length === 0 ? undefined : html` class="${names.join(' ')}"`;
  return at === 0
    ? html`<th scope="row" role="rowheader"${look} data-column="${column}"><span>${shown}</span></th>`
    : html`<td role="cell"${look} data-column="${column}"><span>${shown}</span></td>`;
}

/** True for text that cannot be broken at its spaces alone: names of images, digests, addresses. */
function hasLongWord(text: string): boolean {
  return /[^\s<>]{24}/.test(text);
}
