import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPacket } from '../../src/domain/packet/packet.ts';
import { packetPage } from '../../src/renderers/html/packet-page.ts';
import { portfolioReport } from '../../src/renderers/html/report/portfolio-report.ts';
import { portfolioModel } from '../../src/usecases/report.ts';
import { CHROMIUM, CHROMIUM_FLAGS, LOOKS, lookAt, WITHOUT_BROWSER } from '../support/browser-page.ts';
import { reported } from '../support/reported.ts';
import { samplePacketFacts } from '../support/sample-packet.ts';

if (WITHOUT_BROWSER) process.stderr.write('SKIPPED: no chromium on this machine, so nobody looks at the pages\n');

const PAGES = ['good', 'rolled-back', 'portfolio', 'packet'] as const;

describe.skipIf(WITHOUT_BROWSER)('the pages in a browser', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'relctl-pages-'));
  const url = (page: string) => `file://${join(folder, `${page}.html`)}`;
  beforeAll(async () => {
    const [good, bad] = await Promise.all([reported(), reported('canary-errors')]);
    const texts: Record<(typeof PAGES)[number], string> = {
      good: good.html,
      'rolled-back': bad.html,
      portfolio: portfolioReport(await portfolioModel(good.company.as('anyone@example.com'), 'releases/index.html')),
      packet: packetPage(buildPacket(samplePacketFacts(true))),
    };
    for (const page of PAGES) writeFileSync(join(folder, `${page}.html`), texts[page]);
    good.company.close();
    bad.company.close();
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // The packet is looked at in packet-page.test.ts.
  test.each(PAGES.filter((page) => page !== 'packet').flatMap((page) => LOOKS.map((look) => [page, ...look] as const)))(
    '%s, %s at %i px: it fits, no label is cut and no word broken, it fetches nothing, and axe-core finds nothing',
    async (page, scheme, width) => {
      const seen = await lookAt(browser, url(page), [scheme, width] as (typeof LOOKS)[number]);
      expect(seen).toMatchObject({ requests: [], complaints: [], clipped: [], brokenWords: [], violations: [] });
      expect(seen.width).toBeLessThanOrEqual(width);
    },
  );

  test.each(PAGES)('%s becomes a PDF', async (name) => {
    const page = await browser.newPage();
    await page.goto(url(name));
    const paper = await page.pdf({ format: 'A4' });
    await page.close();
    expect(new TextDecoder('latin1').decode(paper.subarray(0, 5))).toBe('%PDF-');
    expect(paper.length).toBeGreaterThan(10 * 1024);
  });
});
