import type { SitePlace } from '../../../domain/report/site.ts';
import { type Html, html } from '../writer.ts';

/** The ways from a page of a site to the others; first of all for the keyboard, the way past them. */
export function siteNav({ home, pages }: SitePlace): Html {
  const links = pages.map(({ name, href }) =>
    href === undefined
      ? html`<li><span aria-current="page">${name}</span></li>`
      : html`<li><a href="${encodeURI(href)}">${name}</a></li>`,
  );
  return html`<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="This release"><ul><li><a href="${encodeURI(home)}">All releases</a></li>${links}</ul></nav>`;
}
