import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';

/** Where browsers usually lie; a machine without one cannot look at a page. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
/** Chromium's own sandbox needs rights that a container does not give. */
export const CHROMIUM_FLAGS = ['--no-sandbox'];
/** True when the tests of pages are left out; in CI they must run. */
export const WITHOUT_BROWSER = CHROMIUM === undefined && process.env.CI === undefined;

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The ways in which each page is looked at. */
export const LOOKS = [
  ['light', 1280],
  ['light', 390],
  ['dark', 1280],
  ['dark', 390],
] as const;

/** One violation of WCAG as axe-core reports it. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** What was seen of a page. */
export interface Seen {
  /** Addresses that were asked for beside the page itself; each was refused. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  /** Width of what is there, which is larger than the window when it overflows. */
  readonly width: number;
  /** Words of letters in cells and lists that go on in the next line. */
  readonly brokenWords: readonly string[];
  /** Texts of charts that reach out of their figure, where the page or the figure cuts them off. */
  readonly clipped: readonly string[];
  readonly violations: readonly string[];
}

/** A word that a line breaks has a box in each of two lines. A hyphen is a place to break at. */
const BROKEN_WORDS = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement.closest('th, td, li, dd, dt, p');
    // What is only heard is a pixel wide.
    if (parent === null || parent.getBoundingClientRect().width <= 1 || parent.offsetParent?.offsetWidth <= 1) continue;
    for (const match of node.data.matchAll(/(?<![\\p{L}\\d])\\p{L}{2,20}(?![\\p{L}\\d])/gu)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const tops = new Set([...range.getClientRects()].filter((one) => one.width > 0).map((one) => Math.round(one.top)));
      if (tops.size > 1) found.push(match[0]);
    }
  }
  return found;
})()`;

const CLIPPED = `[...document.querySelectorAll('figure')].flatMap((figure) => {
  const frame = figure.getBoundingClientRect();
  return [...figure.querySelectorAll('svg text')]
    .filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && (box.left < frame.left || box.right > frame.right);
    })
    .map((one) => one.textContent);
})`;

/** Opens a page with every request but its own refused, and lets axe-core check it. */
export async function lookAt(
  browser: Browser,
  url: string,
  [colorScheme, width]: (typeof LOOKS)[number],
): Promise<Seen> {
  // The page's own policy forbids scripts; the checker is not a part of the page.
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  try {
    const requests: string[] = [];
    const complaints: string[] = [];
    await context.route('**/*', async (route) => {
      if (route.request().url() === url) return route.continue();
      requests.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(url);
    const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
    const brokenWords = (await page.evaluate(BROKEN_WORDS)) as string[];
    const clipped = (await page.evaluate(CLIPPED)) as string[];
    await page.addScriptTag({ path: AXE });
    const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
    return {
      requests,
      complaints,
      width: wide,
      brokenWords,
      clipped,
      violations: violations.map(
        ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
      ),
    };
  } finally {
    await context.close();
  }
}
