import { escapeHtml } from './escape.ts';
import { STYLE_SHEET } from './style-sheet.ts';

/**
 * A whole page in one file: no script, no font, nothing fetched from anywhere.
 * @param body HTML of the main part, already escaped
 */
export function pageHtml(title: string, body: string, foot: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="relctl">
<title>${escapeHtml(title)}</title>
<style>${STYLE_SHEET}</style>
</head>
<body>
<main>
${body}
<footer>${foot}</footer>
</main>
</body>
</html>
`;
}

/** A heading with what follows it; nothing at all where there is nothing to tell. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>\n${body}\n</section>`;
}
