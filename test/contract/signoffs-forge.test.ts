import { describe, expect, it } from 'vitest';
import { giteaBallots } from '../../src/adapters/forge/papers/gitea.ts';
import { gitHubBallots } from '../../src/adapters/forge/papers/github.ts';
import { gitLabBallots } from '../../src/adapters/forge/papers/gitlab.ts';
import type { Asked } from '../../src/domain/ballot/answer.ts';
import { conditionQuestion } from '../../src/domain/ballot/condition.ts';
import { countPapers } from '../../src/domain/ballot/count.ts';
import { emptyForm } from '../../src/domain/ballot/form.ts';
import { opsQuestion, qaQuestion } from '../../src/domain/ballot/signoff.ts';
import type { Papers } from '../../src/ports/forge.ts';
import { samplePlan } from '../support/sample-plan.ts';

/**
 * Sign-offs and conditions as each forge carries them, by answers as their APIs document them: a GitHub `PullRequestReview`, a GitLab note beside
 * `approved_by`, and what Gitea's "repoListPullReviews" gives. The same texts have to be read the same from all three.
 */

const HEAD = 'a'.repeat(40);
const AT = '2026-11-24T10:00:00Z';
const about = { release: 'r', specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const staged = { ...about, attempt: 1, commit: HEAD, images: { web: ['x@sha256:1'] } };
const { spec } = samplePlan();
const [QA, OPS] = [qaQuestion(staged, spec), opsQuestion(staged, spec)];
const MET = conditionQuestion({ ...about, round: 1 }, '12345678');
const form = (question: Pick<Asked, 'form'>) => emptyForm(question.form).join('\r\n');
const pass = (question: Pick<Asked, 'form'>) =>
  form(question).replaceAll('[ ]', '[x]').replace('(Pass or Reject)', 'Pass');

interface Written {
  readonly login: string;
  readonly text: string;
  readonly approves: boolean;
}

const WRITTEN: readonly Written[] = [
  { login: 'quinn', text: pass(QA), approves: true },
  { login: 'olga', text: pass(OPS), approves: false },
  { login: 'omar', text: pass(OPS).replace('Decision: Pass', 'Decision: Pass!'), approves: true },
  { login: 'ada', text: form(MET).replace(/Evidence: .*?\r/, 'Evidence: SHOP-812\r'), approves: false },
];
const PEOPLE = new Map(WRITTEN.map(({ login }) => [login, `${login}@example.com`]));

/** A tool that answers each call. */
const tool = (answer: (args: readonly string[]) => unknown) => ({
  cwd: '/',
  timeout: 1000,
  exec: async (_program: string, args: readonly string[]) => ({
    exitCode: 0,
    stdout: JSON.stringify(answer(args)),
    stderr: '',
  }),
});

const REVIEWS = WRITTEN.map(({ login, text, approves }) => ({
  id: `PRR_${login}`,
  url: `https://github.com/shop/web/pull/7#pullrequestreview-${login}`,
  body: text,
  state: approves ? 'APPROVED' : 'COMMENTED',
  submittedAt: AT,
  lastEditedAt: null,
  author: { login, __typename: 'User' },
  commit: { oid: HEAD },
}));
const PULL = {
  number: 7,
  url: 'https://github.com/shop/web/pull/7',
  state: 'OPEN',
  updatedAt: AT,
  isCrossRepository: false,
  headRefOid: HEAD,
  author: { login: 'ada' },
};

const GITHUB: Papers = gitHubBallots(
  tool(() => ({
    data: {
      repository: {
        pullRequests: { pageInfo: { hasNextPage: false }, nodes: [PULL] },
        pullRequest: { reviews: { pageInfo: { hasPreviousPage: false, startCursor: null }, nodes: REVIEWS } },
      },
    },
  })),
);

const GITLAB: Papers = gitLabBallots(
  tool((args) => {
    const path = args[1] ?? '';
    if (path.startsWith('projects/:id/merge_requests?')) {
      const web_url = 'https://gitlab.example.com/shop/web/-/merge_requests/3';
      const known = { state: 'opened', updated_at: AT, source_project_id: 1, target_project_id: 1 };
      return [{ iid: 3, web_url, sha: HEAD, ...known, author: { username: 'ada' } }];
    }
    if (path.endsWith('/approvals')) {
      return { approved_by: WRITTEN.filter((one) => one.approves).map(({ login }) => ({ user: { username: login } })) };
    }
    if (path.includes('/versions')) return [{ head_commit_sha: HEAD, created_at: '2026-11-23T12:00:00Z' }];
    return WRITTEN.map(({ login, text }, index) => ({
      id: index + 1,
      body: text,
      created_at: AT,
      updated_at: AT,
      system: false,
      author: { username: login },
    }));
  }),
);

const GITEA: Papers = giteaBallots({
  url: 'https://git.example.com',
  repository: 'shop/web',
  timeout: 1000,
  env: {},
  fetch: async (address) => {
    const url = new URL(String(address));
    const isFirst = url.searchParams.get('page') === '1';
    const pulls = [
      {
        number: 1,
        html_url: 'https://git.example.com/shop/web/pulls/1',
        user: { login: 'ada' },
        state: 'open',
        updated_at: AT,
        head: { ref: 'plans/r', sha: HEAD, repo: { full_name: 'shop/web' } },
      },
    ];
    const reviews = WRITTEN.map(({ login, text, approves }, index) => ({
      id: index + 1,
      user: { login },
      state: approves ? 'APPROVED' : 'COMMENT',
      body: text,
      commit_id: HEAD,
      dismissed: false,
      submitted_at: AT,
      html_url: `https://git.example.com/shop/web/pulls/1#issuecomment-${index + 1}`,
    }));
    const timeline = reviews.map(({ id, body }) => ({ type: 'review', body, review_id: id }));
    const [, list = ''] = /\/(reviews|timeline)$/.exec(url.pathname) ?? [];
    const lists: Readonly<Record<string, readonly object[]>> = { reviews, timeline };
    return Response.json(isFirst ? (lists[list] ?? pulls) : []);
  },
});

describe.each<[string, Papers]>([
  ['GitHub', GITHUB],
  ['GitLab', GITLAB],
  ['Gitea', GITEA],
])('sign-offs on %s', (_, papers) => {
  it('are read with who gave them; what does not approve or has a typing error signs off nothing', async () => {
    const answer = await papers.papers('plans/r');
    if (!answer.available) throw new Error(answer.reason);
    const { answers, refused } = countPapers(answer.papers, [QA, OPS, MET], PEOPLE, answer.request?.author ?? '', {
      aliases: {},
    });
    expect(answers.map((one) => [one.person, one.answer.act])).toEqual([
      ['quinn@example.com', 'qa'],
      ['ada@example.com', 'condition'],
    ]);
    expect(refused.map((one) => [one.paper.login, one.reason])).toEqual([
      ['olga', expect.stringContaining('does not approve')],
      ['omar', expect.stringContaining('neither Pass nor Reject')],
    ]);
  });
});
