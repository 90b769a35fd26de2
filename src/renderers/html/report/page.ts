import { type Html, html, isEmpty, own } from '../writer.ts';
import { STYLE_SHEET } from './style-sheet.ts';

/**
 * A whole page in one file: no script, no font, nothing fetched from anywhere.
 * @param nav the ways to other pages of a site
 */
export function pageHtml(title: string, body: Html, foot: Html, nav?: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="relctl">
<title>${title}</title>
<style>${own(STYLE_SHEET)}</style>
</head>
<body>
${nav}<main${nav === undefined ? undefined : html` id="content"`}>
${body}
<footer>${foot}</footer>
</main>
</body>
</html>
`.markup;
}

/** A heading with what follows it; nothing at all where there is nothing to tell. */
export function section(title: string, body: Html | undefined): Html | undefined {
  return body === undefined || isEmpty(body) ? undefined : html`<section><h2>${title}</h2>\n${body}\n</section>`;
}
