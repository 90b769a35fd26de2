import { describe, expect, it } from 'vitest';
import { giteaForge } from '../../src/adapters/forge/gitea.ts';

/** Gitea by answers as its API documents them (docs.gitea.com/api: repoListPullRequests, repoListPullReviews); the real one is in test/e2e/forge-product.test.ts. */

const HEAD = 'a'.repeat(40);
const OLDER = 'b'.repeat(40);
const AT = '2026-11-24T10:00:00Z';

const pull = (number: number, more: object = {}) => ({
  number,
  html_url: `https://git.example.com/shop/web/pulls/${number}`,
  state: 'open',
  draft: false,
  merged: false,
  user: { login: 'ravi' },
  head: { ref: 'feature/x', sha: HEAD, repo: { full_name: 'Shop/Web' } },
  ...more,
});
const review = (login: string, state: string, more: object = {}) => ({
  ...{ user: { login }, state, official: true, commit_id: HEAD, dismissed: false, submitted_at: AT },
  ...more,
});

interface Answers {
  readonly open?: readonly object[];
  readonly closed?: readonly object[];
  readonly reviews?: readonly object[];
  readonly status?: object;
}

/** A Gitea that answers this; a list has one page. */
function forge({ open = [], closed = [], reviews = [], status = { state: '', total_count: 0 } }: Answers) {
  return giteaForge({
    ...{ url: 'https://git.example.com', repository: 'shop/web', timeout: 1000, env: {} },
    fetch: async (address) => {
      const url = new URL(String(address));
      const isFirst = (url.searchParams.get('page') ?? '1') === '1';
      const state = url.searchParams.get('state');
      const answer = url.pathname.endsWith('/status')
        ? status
        : url.pathname.endsWith('/commits')
          ? [{ author: { login: 'dev' } }, { author: null }, { author: { login: 'dev' } }]
          : url.pathname.endsWith('/reviews')
            ? reviews
            : state === 'open'
              ? open
              : closed;
      return Response.json(Array.isArray(answer) && !isFirst ? [] : answer);
    },
  });
}

describe('what Gitea knows of a branch', () => {
  it('is its open request, the last word of each reviewer, who made it, and its checks', async () => {
    const reviews = [
      review('carol', 'REQUEST_CHANGES'),
      review('carol', 'APPROVED', { commit_id: OLDER }),
      review('chen', 'APPROVED'),
      review('chen', 'COMMENT'),
      review('dora', 'APPROVED'),
      review('dora', 'APPROVED', { dismissed: true }),
      review('emil', 'REQUEST_CHANGES'),
      review('guest', 'APPROVED', { official: false }),
      review('ghost', 'APPROVED', { user: null }),
    ];
    const fork = pull(8, { head: { ref: 'feature/x', sha: OLDER, repo: { full_name: 'mallory/web' } } });
    const answer = await forge({
      open: [fork, pull(7)],
      reviews,
      status: { state: 'success', total_count: 1 },
    }).request('feature/x');
    expect(answer).toEqual({
      available: true,
      request: {
        ...{ url: 'https://git.example.com/shop/web/pulls/7', number: 7, state: 'open', head: HEAD, author: 'ravi' },
        authors: ['dev'],
        objections: ['emil'],
        approvals: [
          { login: 'carol', at: AT, commit: OLDER },
          { login: 'chen', at: AT, commit: HEAD },
        ],
        checks: 'passing',
      },
    });
  });

  it.each([
    ['draft', { draft: true }, 'open'],
    ['merged', { state: 'closed', merged: true }, 'closed'],
    ['closed', { state: 'closed' }, 'closed'],
  ] as const)('is a request that is %s', async (state, more, list) => {
    const found = await forge({ [list]: [pull(7, more)] }).request('feature/x');
    expect(found.available && found.request?.state).toBe(state);
  });

  it.each([
    ['failure', 'failing'],
    ['error', 'failing'],
    ['pending', 'pending'],
    ['something-new', 'pending'],
  ])('is checks %s as %s, and none where there are none', async (state, checks) => {
    const found = await forge({ open: [pull(7)], status: { state, total_count: 1 } }).request('feature/x');
    expect(found.available && found.request?.checks).toBe(checks);
    const none = await forge({ open: [pull(7)], status: { state, total_count: 0 } }).request('feature/x');
    expect(none.available && none.request?.checks).toBe('none');
  });

  it('is nothing where nobody asked for a review, and unknown with the reason where it does not answer', async () => {
    expect(await forge({}).request('feature/x')).toEqual({ available: true });
    const odd = await forge({ open: [{ number: 'seven' }] }).request('feature/x');
    expect(odd).toMatchObject({ available: false, reason: expect.stringContaining('Gitea API') });
  });
});
