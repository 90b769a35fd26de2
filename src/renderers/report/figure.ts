import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml } from './escape.ts';

/** Widths at which a chart is drawn, near those at which it is shown: text that is scaled is too small or too large. */
const WIDTHS = { half: { wide: 480, narrow: 320 }, full: { wide: 1020, narrow: 320 } } as const;

/** A chart with its title, what it says in words, and its numbers as a table. */
export interface Figure {
  readonly title: string;
  /** How much of a wide page it takes; on a narrow one every chart takes the whole. */
  readonly span: keyof typeof WIDTHS;
  /** What is seen, in a sentence, for those who do not see it. */
  readonly summary: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Marks and scales of Observable Plot; width and document are set here. */
  readonly plot: (width: number) => Plot.PlotOptions;
}

/** Draws a figure as HTML with inline SVG: no script, nothing fetched; colours are variables of the page. */
export function figureHtml(figure: Figure): string {
  const drawings = Object.entries(WIDTHS[figure.span]).map(
    ([name, width]) =>
      `<div class="chart ${name}" role="img" aria-label="${escapeHtml(`${figure.title}. ${figure.summary}`)}">${draw(figure.plot(width), width)}</div>`,
  );
  return `<figure class="${figure.span}">
<figcaption>${escapeHtml(figure.title)}</figcaption>
${drawings.join('\n')}
<p class="summary">${escapeHtml(figure.summary)}</p>
<details><summary>The numbers</summary>${tableHtml(figure.columns, figure.rows)}</details>
</figure>`;
}

/** A table of short cells; the first column names the row. */
function tableHtml(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(first)}</th>${cells}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(`Table: ${columns.join(', ')}`)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function draw(options: Plot.PlotOptions, width: number): string {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    width,
    marginRight: 12,
    style: { background: 'none', fontSize: '12px' },
    ...options,
  });
  // What a chart says is in its label; its parts are not for screen readers.
  svg.setAttribute('aria-hidden', 'true');
  svg.removeAttribute('height');
  return svg.outerHTML.replace(/ aria-label="[^"]*"/g, '');
}
