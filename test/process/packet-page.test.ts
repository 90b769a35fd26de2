import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PacketFacts } from '../../src/domain/packet/facts.ts';
import { buildPacket } from '../../src/domain/packet/packet.ts';
import { packetPage } from '../../src/renderers/html/packet-page.ts';
import { CHROMIUM, CHROMIUM_FLAGS, LOOKS, lookAt, WITHOUT_BROWSER } from '../support/browser-page.ts';
import { samplePacketFacts } from '../support/sample-packet.ts';

/** Long names in the narrow columns of wide tables, as real repositories have them. */
function longFacts(): PacketFacts {
  const facts = samplePacketFacts(true);
  const places = [...facts.evidence.keys()].map(
    (name) => [name, `services/api/migrations/20261102090000_${name.toLowerCase()}_and_charges.up.sql:1`] as const,
  );
  return { ...facts, evidence: new Map(places) };
}

describe.skipIf(WITHOUT_BROWSER)('the packet in a browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relctl-packet-'));
    writeFileSync(join(folder, 'packet.html'), packetPage(buildPacket(longFacts())));
    url = `file://${join(folder, 'packet.html')}`;
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(LOOKS)(
    '%s at %i px fits, breaks no word, fetches nothing, and axe-core finds nothing',
    async (scheme, width) => {
      const seen = await lookAt(browser, url, [scheme, width] as (typeof LOOKS)[number]);
      expect(seen).toMatchObject({ requests: [], complaints: [], brokenWords: [], violations: [] });
      expect(seen.width).toBeLessThanOrEqual(width);
    },
  );

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
