import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { exec } from '../../src/adapters/exec.ts';
import { openBallots } from '../../src/adapters/forge/ballots.ts';
import { openForge } from '../../src/adapters/forge/forge.ts';
import type { Ballots, Forge } from '../../src/ports/forge.ts';
import { waitFor } from '../cluster/wait.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from './browser-page.ts';
import type { CompanyOptions } from './company.ts';
import { type Gitea, startGitea } from './gitea.ts';
import { type GiteaPeople, peopleInBrowser } from './gitea-browser.ts';
import { PEOPLE, SAMPLE_FILE } from './sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany, signerLine } from './signed-company.ts';

/** Who is who on the forge: the login before, the person after. */
const LOGINS = {
  ravi: PEOPLE.rdLead,
  priya: PEOPLE.productManager,
  carol: PEOPLE.cab[0],
  chen: PEOPLE.cab[1],
  cleo: PEOPLE.cab[2],
  quinn: PEOPLE.qa[0],
  olga: PEOPLE.operations[0],
} as const;
/** CI, which collects. */
export const CI = 'ci@example.com';
const REPOSITORY = 'ravi/shop';

/** A company on a real Gitea with a protected branch, whose people are in browsers. */
export interface ForgeCompany {
  readonly company: SignedCompany;
  readonly gitea: Gitea;
  readonly repository: string;
  readonly ballots: Ballots;
  readonly forge: Forge;
  /** Commits the plan as it stands, and pushes its branch. */
  push(message: string): void;
  /** Opens the request of a branch in a browser, as the R&D Lead; its number. */
  open(branch: string, title: string): Promise<number>;
  /** People on a request. */
  on(request: number): GiteaPeople;
  /** Texts that relctl has put on a request. */
  boxes(request: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What such a company is made of. */
export interface ForgeCompanyOptions extends CompanyOptions {
  /** `signing.accepts` of the policy. */
  readonly accepts: string;
  /** The branch that carries the plan. */
  readonly branch: string;
  /** Go that a board needs; most of its members when left out. */
  readonly quorum?: number;
}

/** Sets it up: Gitea with its people, the rules on the protected branch, and the branch of the plan checked out. */
export async function openForgeCompany(
  folder: string,
  { accepts, branch, quorum, ...options }: ForgeCompanyOptions,
): Promise<ForgeCompany> {
  const gitea = await startGitea(folder);
  const logins = Object.keys(LOGINS);
  for (const login of logins) gitea.addUser(login, login === 'ravi');
  gitea.addUser('robot');
  await gitea.call('ravi', 'POST', '/user/repos', { name: 'shop', default_branch: 'main' });
  for (const login of [...logins.filter((one) => one !== 'ravi'), 'robot']) {
    await gitea.call('ravi', 'PUT', `/repos/${REPOSITORY}/collaborators/${login}`, { permission: 'write' });
  }
  const company = await openSignedCompany({
    ...options,
    policy: (text) =>
      text
        .replace('signing: # docs/signing.md', `signing:\n  accepts: ${accepts}`)
        .replace('machines: []', `machines: [${CI}]`)
        .replace('quorum: majority', `quorum: ${quorum ?? 'majority'}`),
  });
  const { git } = company;
  const line = signerLine(CI, ['outcome'], company.publicKey(CI));
  git.commit(
    {
      'relctl/forge_people.yaml': Object.entries(LOGINS)
        .map(([login, person]) => `${login}: ${person}\n`)
        .join(''),
      [SIGNERS_FILE]: company.signers + line.replace('namespaces="', 'namespaces="forge-vote@relctl.dev,'),
      'relctl.yaml': `${readFileSync(join(git.root, 'relctl.yaml'), 'utf8')}\nforge: { kind: gitea, api: "${gitea.url}", repository: ${REPOSITORY} }\n`,
    },
    'Votes on the forge',
  );
  git.git('remote', 'add', 'origin', gitea.remote('ravi', REPOSITORY));
  git.git('push', '--quiet', 'origin', 'main');
  await gitea.call('ravi', 'POST', `/repos/${REPOSITORY}/branch_protections`, {
    rule_name: 'main',
    enable_push: false,
    required_approvals: 2,
    dismiss_stale_approvals: true,
  });
  const api = {
    url: gitea.url,
    headers: {},
    headersFrom: {},
    login: { kind: 'basic' as const, user: 'robot', passwordFrom: 'FORGE_PASSWORD' },
  };
  const settings = { kind: 'gitea' as const, repository: REPOSITORY, api };
  const ground = { cwd: git.root, exec, timeout: 20_000, env: { FORGE_PASSWORD: gitea.password('robot') } };
  git.git('config', 'relctl.protectedBranch', 'origin/main');
  git.git('checkout', '--quiet', '-b', branch);
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: CHROMIUM_FLAGS });
  return {
    company,
    gitea,
    repository: REPOSITORY,
    ballots: await openBallots(settings, ground),
    forge: openForge(settings, ground),
    push(message) {
      git.commit({ [SAMPLE_FILE]: readFileSync(join(git.root, SAMPLE_FILE), 'utf8') }, message);
      git.git('push', '--quiet', '--set-upstream', 'origin', branch);
    },
    async open(head, title) {
      // Gitea learns of a pushed branch in a queue of its own.
      const path = `/repos/${REPOSITORY}/branches/${encodeURIComponent(head)}`;
      const isKnown = () =>
        gitea.call('ravi', 'GET', path).then(
          () => true,
          () => false,
        );
      await waitFor(isKnown, { what: `branch ${head} on Gitea` });
      await peopleInBrowser(browser, gitea, `${REPOSITORY}/pulls`).propose('ravi', head, title);
      const open = `/repos/${REPOSITORY}/pulls?state=open`;
      const all = await gitea.call<{ number: number; head: { ref: string } }[]>('ravi', 'GET', open);
      const made = all.find((one) => one.head.ref === head);
      if (made === undefined) throw new Error(`no request of ${head} was opened`);
      return made.number;
    },
    on: (request) => peopleInBrowser(browser, gitea, `${REPOSITORY}/pulls/${request}`),
    async boxes(request) {
      const path = `/repos/${REPOSITORY}/issues/${request}/comments`;
      const comments = await gitea.call<{ body: string; user: { login: string } }[]>('ravi', 'GET', path);
      return comments.filter((one) => one.user.login === 'robot').map((one) => one.body);
    },
    async close() {
      await browser.close();
      company.close();
      await gitea.stop();
    },
  };
}
