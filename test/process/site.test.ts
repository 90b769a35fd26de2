import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { writeSite } from '../../src/usecases/report/site.ts';
import { CHROMIUM, CHROMIUM_FLAGS, LOOKS, lookAt, WITHOUT_BROWSER } from '../support/browser-page.ts';
import { type Reported, reported } from '../support/reported.ts';

/** The site of a company: every page by itself, the ways between them by keyboard alone, and what stays when a plan is broken. */
let told: Reported;
let outcome: Outcome;
const root = () => told.company.git.root;
const page = (name: string) => join(root(), 'site', name);
const pagesOf = (id: string) => [
  'index.html',
  `releases/${id}/index.html`,
  `releases/${id}/plan.html`,
  `releases/${id}/packet-1.html`,
];

beforeAll(async () => {
  told = await reported(undefined, { onDisk: true });
  outcome = await writeSite(told.company.as('anyone@example.com'), 'site');
});
afterAll(() => told?.company.close());

describe('the site of a company', () => {
  it('has every release at an address of its own, with its plan, and with the packet exactly as it was kept', () => {
    const { id } = told.company;
    expect(outcome).toMatchObject({ result: 'done', data: { releases: [id], pages: 5 } });
    for (const name of pagesOf(id)) expect(existsSync(page(name))).toBe(true);
    const feed = readFileSync(page('calendar.ics'), 'utf8');
    expect(feed).toContain(`UID:${id}.window@relctl.dev`);
    expect(feed).toContain('REFRESH-INTERVAL;VALUE=DURATION:PT1H');
    expect(readFileSync(page('index.html'), 'utf8')).toContain('href="calendar.ics"');
    const kept = readFileSync(join(root(), 'releases', id, 'cab-packet-1.html'));
    expect(readFileSync(page(`releases/${id}/packet-1.html`))).toEqual(kept);
    const plan = readFileSync(page(`releases/${id}/plan.html`), 'utf8');
    expect(plan).toContain('canary:');
    expect(plan).not.toContain('events:');
  });

  it('names a release that cannot be read, and leaves its page where it was', async () => {
    const { id } = told.company;
    const file = join(root(), 'releases', `${id}.yaml`);
    const [before, was] = [readFileSync(file), readFileSync(page(`releases/${id}/index.html`))];
    mkdirSync(join(root(), 'releases'), { recursive: true });
    writeFileSync(file, 'apiVersion: relctl/v1\nkind: Nonsense\n');
    const broken = await writeSite(told.company.as('anyone@example.com'), 'site');
    expect(readFileSync(page('index.html'), 'utf8')).toContain('Plans that cannot be read');
    expect(readFileSync(page(`releases/${id}/index.html`))).toEqual(was);
    expect(broken.data.releases).toEqual([]);
    writeFileSync(file, before);
    await writeSite(told.company.as('anyone@example.com'), 'site');
  });

  describe.skipIf(WITHOUT_BROWSER)('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: CHROMIUM_FLAGS });
    });
    afterAll(() => browser?.close());

    it.each(LOOKS)(
      '%s at %i px: each page fits, fetches nothing, and axe-core finds nothing',
      async (scheme, width) => {
        for (const name of pagesOf(told.company.id)) {
          const seen = await lookAt(browser, `file://${page(name)}`, [scheme, width] as (typeof LOOKS)[number]);
          expect({ name, ...seen }).toMatchObject({ name, requests: [], complaints: [], clipped: [], violations: [] });
          expect(seen.width).toBeLessThanOrEqual(width);
        }
      },
    );

    it('is walked by keyboard: from all releases to one, past its links, to its plan and packet, and back', async () => {
      const tab = await browser.newPage();
      const focused = () => tab.evaluate('document.activeElement.textContent') as Promise<string>;
      const go = async (text: string) => {
        for (let presses = 0; presses < 40 && (await focused()) !== text; presses += 1) await tab.keyboard.press('Tab');
        expect(await focused()).toBe(text);
        await tab.keyboard.press('Enter');
      };
      const { id } = told.company;
      await tab.goto(`file://${page('index.html')}`);
      await go(id);
      await tab.waitForURL((to) => to.href.includes(`releases/${id}/index.html`));
      await go('Skip to the content');
      await tab.waitForURL((to) => to.href.includes('#content'));
      await tab.goto(`file://${page(`releases/${id}/index.html`)}`);
      await go('Plan');
      await tab.waitForURL((to) => to.href.includes('plan.html'));
      await go('Packet of round 1');
      await tab.waitForURL((to) => to.href.includes('packet-1.html'));
      await tab.goBack();
      await go('All releases');
      await tab.waitForURL((to) => to.href.includes('site/index.html'));
      await tab.close();
    });
  });
});
