import { byName } from '../../text/by-name.ts';
import { clean } from '../../text/clean.ts';

/** HTML that may be put into a page: only the writer makes it, so that no text of people gets there unescaped. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What can stand in a piece of HTML. Text is escaped; what is missing is nothing. */
type Content = string | number | Html | undefined | readonly Content[];

/**
 * HTML from a template. The template is markup; each value in it is text on one line, in which no character means anything to
 * HTML in content and in quoted attributes, unless it is {@link Html} itself.
 * @example html`<li class="${tone}">${lesson}</li>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.reduce((page, part, at) => page + markupOf(values[at - 1]) + part));
}

/** Pieces one after the other, each on a line of its own. */
export function lines(pieces: readonly Html[]): Html {
  return new Html(pieces.map((piece) => piece.markup).join('\n'));
}

/** Markup that relctl itself brings: a style sheet, a drawing of the chart library. Never anything that people wrote. */
export function own(markup: string): Html {
  return new Html(markup);
}

/** True where there is nothing to show. */
export function isEmpty({ markup }: Html): boolean {
  return markup === '';
}

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.markup;
  return typeof content === 'object' ? content.map(markupOf).join('') : escaped(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = byName({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
});

function escaped(text: string): string {
  return clean(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
