import type { Browser, Page } from 'playwright-core';
import type { Gitea } from './gitea.ts';

/**
 * People on a real Gitea in a browser. Its Go module brings no scripts and styles, so the pages are plain HTML: what is sent is what the forms of Gitea send,
 * and its answer is read as it comes.
 */
export interface GiteaPeople {
  /** The lines that a person copies: the block of the request that begins with a head, as the page shows it. */
  copied(login: string, head: string): Promise<string>;
  /** Writes a review on the page of the request's files, and presses the button. */
  review(login: string, how: 'approve' | 'comment' | 'reject', text: string): Promise<void>;
}

/** Logs people in as they are needed; each has a browser of their own. */
export function peopleInBrowser(browser: Browser, gitea: Gitea, request: string): GiteaPeople {
  const pages = new Map<string, Promise<Page>>();
  const pageOf = (login: string): Promise<Page> => {
    const known = pages.get(login) ?? logIn(browser, gitea, login);
    pages.set(login, known);
    return known;
  };
  return {
    async copied(login, head) {
      const page = await pageOf(login);
      await page.goto(`${gitea.url}/${request}`);
      const block = page.locator('pre', { hasText: `${head}:` }).last();
      return (await block.innerText()).trim();
    },
    async review(login, how, text) {
      const page = await pageOf(login);
      await page.goto(`${gitea.url}/${request}/files`);
      const form = page.locator('form[action$="/reviews/submit"]');
      await form.locator('textarea[name=content]').fill(text);
      const sent = page.waitForResponse((one) => one.url().endsWith('/reviews/submit'));
      await form.locator(`button[value=${how}]`).click();
      const answer = await sent;
      if (answer.status() >= 400)
        throw new Error(`the review of ${login}: HTTP ${answer.status()}: ${await answer.text()}`);
    },
  };
}

async function logIn(browser: Browser, gitea: Gitea, login: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${gitea.url}/user/login`);
  await page.fill('#user_name', login);
  await page.fill('#password', gitea.password(login));
  await page.locator('form[action$="/user/login"] button').click();
  await page.waitForURL((url) => !url.pathname.endsWith('/login'));
  return page;
}
