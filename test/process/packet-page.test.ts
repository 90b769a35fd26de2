import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPacket } from '../../src/domain/packet/packet.ts';
import { drawPacket } from '../../src/renderers/packet.ts';
import { samplePacketFacts } from '../support/sample-packet.ts';

/** Where browsers usually lie; a machine without one cannot look at a page. */
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One violation of WCAG as axe-core reports it. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

describe.skipIf(CHROMIUM === undefined)('the packet in a browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relctl-packet-'));
    writeFileSync(join(folder, 'packet.html'), drawPacket(buildPacket(samplePacketFacts(true))).html);
    url = `file://${join(folder, 'packet.html')}`;
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['light', 1280],
    ['light', 390],
    ['dark', 1280],
    ['dark', 390],
  ] as const)('%s at %i px fits, fetches nothing, and axe-core finds nothing', async (colorScheme, width) => {
    // The page's own policy forbids scripts; the checker is not a part of the page.
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(url);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.addScriptTag({ path: AXE });
    const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
    const found = violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
    );
    expect(found).toEqual([]);
    await context.close();
  });

  test('is whole on paper: nothing that people wrote is hidden', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.emulateMedia({ media: 'print' });
    const hidden = await page.evaluate(
      `[...document.querySelectorAll('main section')].filter((one) => one.getBoundingClientRect().height === 0).length`,
    );
    expect(hidden).toBe(0);
    await page.close();
  });
});
