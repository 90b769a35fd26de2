import type { Browser, Page, Response } from 'playwright-core';
import type { Gitea } from './gitea.ts';

/**
 * People on a real Gitea in a browser. Its Go module brings no scripts and styles, so the pages are plain HTML: what is sent is what the forms of Gitea send,
 * and its answer is read as it comes.
 */
export interface GiteaPeople {
  /** The lines that a person copies: the block of the request that begins with a head, as the page shows it. */
  copied(login: string, head: string): Promise<string>;
  /** Proposes a branch: opens its request on the page that compares it with the protected branch, and presses the button. */
  propose(login: string, branch: string, title: string): Promise<void>;
  /** Changes what the page shows of a review that somebody wrote, as the page's own editor sends it. */
  edit(login: string, written: string, text: string): Promise<void>;
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
    async propose(login, branch, title) {
      const page = await pageOf(login);
      const [owner, name] = request.split('/');
      const path = `/${owner}/${name}/compare/main...${branch}`;
      await page.goto(`${gitea.url}${path}`);
      const form = page.locator('form#new-issue');
      await form.locator('input[name=title]').fill(title);
      const [answer] = await Promise.all([
        page.waitForResponse((one) => one.request().method() === 'POST'),
        form.getByRole('button', { name: 'Create Pull Request' }).click(),
      ]);
      await expectOk(answer, `the request of ${login}`);
    },
    async edit(login, written, text) {
      const page = await pageOf(login);
      await page.goto(`${gitea.url}/${request}`);
      const shown = page.locator('.comment-body', { hasText: written }).last().locator('.edit-content-zone');
      const [to, version] = await Promise.all(
        ['data-update-url', 'data-content-version'].map((name) => shown.getAttribute(name)),
      );
      // The editor itself is a script of Gitea, which its Go module does not bring.
      const answer = await page.request.post(new URL(to ?? '', gitea.url).href, {
        form: { content: text, content_version: version ?? '0', ignore_attachments: 'true' },
        headers: { origin: gitea.url },
      });
      if (!answer.ok()) throw new Error(`the edit of ${login}: HTTP ${answer.status()}: ${await answer.text()}`);
    },
    async review(login, how, text) {
      const page = await pageOf(login);
      await page.goto(`${gitea.url}/${request}/files`);
      const form = page.locator('form[action$="/reviews/submit"]');
      await form.locator('textarea[name=content]').fill(text);
      const [answer] = await Promise.all([
        page.waitForResponse((one) => one.url().endsWith('/reviews/submit')),
        form.locator(`button[value=${how}]`).click(),
      ]);
      await expectOk(answer, `the review of ${login}`);
    },
  };
}

async function expectOk(answer: Response, what: string): Promise<void> {
  if (answer.status() >= 400) throw new Error(`${what}: HTTP ${answer.status()}: ${await answer.text()}`);
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
