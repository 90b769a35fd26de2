import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type MarkdownOptions } from 'vitepress';

/** The documentation as a site. The pages are those of docs/, as they are read in the repository too. */

const SOURCES = 'https://github.com/relctl/relctl/blob/main';

type Renderer = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<Renderer['parse']>[number];

/** What lies outside of docs/ is no page: a link to it leads to the sources, as it does in the repository. Every other one has to be a page. */
function linkSources(renderer: Renderer): void {
  renderer.core.ruler.push('sources', ({ tokens, env }) => {
    const folder = posix.dirname(posix.join('docs', (env as { readonly relativePath: string }).relativePath));
    for (const token of tokens.flatMap((one: Token) => one.children ?? [])) {
      const href = token.attrGet('href');
      if (token.type !== 'link_open' || href === null || /^([a-z]+:|#|\/)/i.test(href)) continue;
      const target = posix.join(folder, href);
      const isPage = target.startsWith('docs/') && /\.md(#|$)/.test(target);
      if (!isPage) token.attrSet('href', `${SOURCES}/${target}`);
    }
  });
}

/** Text between double braces is text: Vue would evaluate it. */
function keepBraces(renderer: Renderer): void {
  const { text } = renderer.renderer.rules;
  renderer.renderer.rules.text = (tokens, index, options, env, self) => {
    const written = text?.(tokens, index, options, env, self) ?? '';
    return written.replaceAll('{{', '&#123;&#123;');
  };
}

export default defineConfig({
  title: 'relctl',
  description: 'Drive a company’s releases from the terminal: plan, approve, canary, judge, roll back, review.',
  lang: 'en',
  srcDir: dirname(fileURLToPath(new URL('.', import.meta.url))),
  outDir: fileURLToPath(new URL('../../dist-docs', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../node_modules/.cache/vitepress', import.meta.url)),
  base: process.env.DOCS_BASE ?? '/',
  // A dead link fails the build.
  ignoreDeadLinks: false,
  // Nothing but Markdown: an <id> in a sentence is no element.
  markdown: {
    html: false,
    config(renderer) {
      linkSources(renderer);
      keepBraces(renderer);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Quick starts', link: '/start/index' },
      { text: 'Commands', link: '/cli' },
      { text: 'Errors', link: '/errors' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Quick starts by role', link: '/start/index' },
          { text: 'R&D Lead', link: '/start/lead' },
          { text: 'Member of the CAB', link: '/start/cab' },
          { text: 'QA', link: '/start/qa' },
          { text: 'Operations', link: '/start/operations' },
          { text: 'Product Manager', link: '/start/product' },
          { text: 'The first hour', link: '/first-hour' },
          { text: 'Adopting relctl', link: '/start/adopting' },
          { text: 'Beside other tools', link: '/comparison' },
        ],
      },
      {
        text: 'People',
        items: [
          { text: 'Signed sign-offs', link: '/signing' },
          { text: 'Votes and sign-offs without a terminal', link: '/forge-votes' },
          { text: 'The change record', link: '/change-record' },
          { text: 'Incidents', link: '/incidents' },
          { text: 'What a test report tells', link: '/test-reports' },
        ],
      },
      {
        text: 'Production',
        items: [
          { text: 'The judge', link: '/judge' },
          { text: 'Metrics behind a login', link: '/metrics-login' },
          { text: 'Metrics from another store', link: '/metrics-command' },
          { text: 'Releases by commits', link: '/gitops' },
          { text: 'Runners', link: '/runner' },
          { text: 'Where images come from', link: '/provenance' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Commands', link: '/cli' },
          { text: 'Error codes', link: '/errors' },
          { text: 'Extending relctl', link: '/extending' },
          { text: 'Proofs', link: '/proofs' },
          { text: 'Forgeries that were tried', link: '/forgeries' },
          { text: 'Figures', link: '/bench' },
        ],
      },
    ],
  },
});
