import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { cleanVerbatim } from '../../../text/clean.ts';
import { type Html, html, lines, own } from '../writer.ts';

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
export function figureHtml(figure: Figure): Html {
  const drawings = Object.entries(WIDTHS[figure.span]).map(
    ([name, width]) =>
      html`<div class="chart ${name}" role="img" aria-label="${figure.title}. ${figure.summary}">${draw(figure.plot(width), width)}</div>`,
  );
  return html`<figure class="${figure.span}">
<figcaption>${figure.title}</figcaption>
${lines(drawings)}
<p class="summary">${figure.summary}</p>
<details><summary>The numbers</summary>${tableHtml(figure.columns, figure.rows)}</details>
</figure>`;
}

/** A table of short cells; the first column names the row. */
function tableHtml(columns: readonly string[], rows: readonly (readonly string[])[]): Html {
  const head = columns.map((column) => html`<th scope="col">${column}</th>`);
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table: ${columns.join(', ')}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** The chart library escapes the texts of its drawing; what is not seen is made visible as everywhere. */
function draw(options: Plot.PlotOptions, width: number): Html {
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
  return own(cleanVerbatim(svg.outerHTML.replace(/ aria-label="[^"]*"/g, '')));
}
