import { describe, expect, it } from 'vitest';
import type { ForgeIo } from '../../src/adapters/forge/command-line.ts';
import { giteaBallots } from '../../src/adapters/forge/papers/gitea.ts';
import { gitHubBallots } from '../../src/adapters/forge/papers/github.ts';
import { gitLabBallots } from '../../src/adapters/forge/papers/gitlab.ts';

/**
 * GitHub and GitLab by answers as their APIs document them: docs.github.com/graphql (PullRequest, PullRequestReview) and docs.gitlab.com/api
 * (merge_requests, merge_request_approvals, notes, merge_request diff versions). Nothing here was recorded from a company's repository.
 */

const HEAD = 'a'.repeat(40);
const OLDER = 'b'.repeat(40);
const AT = '2026-11-24T10:00:00Z';

/** A tool that answers each call by what it is asked for, and remembers the calls. */
function tool(answers: (args: readonly string[]) => unknown): { readonly io: ForgeIo; readonly calls: string[][] } {
  const calls: string[][] = [];
  const exec: ForgeIo['exec'] = async (_program, args) => {
    calls.push([...args]);
    const answer = answers(args);
    if (answer === undefined) return { exitCode: 1, stdout: '', stderr: 'HTTP 404: Not Found\n' };
    return { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
  };
  return { io: { cwd: '/', exec, timeout: 1000 }, calls };
}

const review = (login: string, state: string, more: object = {}) => ({
  id: `PRR_${login}`,
  url: `https://github.com/shop/web/pull/7#pullrequestreview-${login}`,
  body: `text of ${login}`,
  state,
  submittedAt: AT,
  lastEditedAt: null,
  author: { login, __typename: 'User' },
  commit: { oid: HEAD },
  ...more,
});
const pull = (reviews: readonly object[], more: object = {}) => ({
  number: 7,
  url: 'https://github.com/shop/web/pull/7',
  state: 'OPEN',
  updatedAt: AT,
  isCrossRepository: false,
  headRefOid: HEAD,
  author: { login: 'ravi' },
  reviews: { pageInfo: { hasPreviousPage: false, startCursor: null }, nodes: reviews },
  ...more,
});
type Pull = ReturnType<typeof pull>;
/** What GitHub answers of these requests: the list of them, or the reviews of one. */
const graph =
  (...nodes: readonly Pull[]) =>
  (args: readonly string[]): object => {
    const asked = args.find((one) => one.startsWith('number='))?.slice('number='.length);
    const all = args.some((one) => one.includes('CLOSED'));
    const shown = nodes.filter((one) => all || one.state === 'OPEN');
    const one = nodes.find(({ number }) => String(number) === asked);
    const repository =
      one === undefined
        ? { pullRequests: { pageInfo: { hasNextPage: false }, nodes: shown } }
        : { pullRequest: { reviews: one.reviews } };
    return { data: { repository } };
  };

describe('reviews on GitHub, through gh', () => {
  it('have their text, commit, stance and what voids them; bots and drafts are nobody’s word', async () => {
    const reviews = [
      review('carol', 'APPROVED'),
      review('chen', 'CHANGES_REQUESTED', { commit: { oid: OLDER } }),
      review('cleo', 'DISMISSED'),
      review('dora', 'APPROVED', { lastEditedAt: AT }),
      review('emil', 'COMMENTED', { commit: null }),
      review('robot', 'APPROVED', { author: { login: 'robot', __typename: 'Bot' } }),
      review('later', 'PENDING', { submittedAt: null }),
      review('ghost', 'APPROVED', { author: null }),
    ];
    const { io, calls } = tool(graph(pull([], { isCrossRepository: true, number: 6 }), pull(reviews)));
    const answer = await gitHubBallots(io).papers('plans/wallet; x');
    expect(answer).toMatchObject({ available: true, request: { number: 7, head: HEAD, author: 'ravi' } });
    const seen = answer.available ? answer.papers.map((one) => [one.login, one.stance, one.voided, one.commit]) : [];
    expect(seen).toEqual([
      ['carol', 'approves', undefined, HEAD],
      ['chen', 'objects', undefined, OLDER],
      ['cleo', 'comments', 'dismissed', HEAD],
      ['dora', 'approves', 'edited', HEAD],
      ['emil', 'comments', undefined, undefined],
    ]);
    // The name of a branch is a value and never a part of the query.
    expect(calls[0]).toContain('branch=plans/wallet; x');
  });

  it('are read to the first, however many there are', async () => {
    const all = Array.from({ length: 250 }, (_, index) => review(`r${index}`, 'COMMENTED'));
    const { io } = tool((args) => {
      const end = Number(args.find((one) => one.startsWith('before='))?.slice('before='.length) ?? all.length);
      const start = Math.max(0, end - 100);
      const pageInfo = { hasPreviousPage: start > 0, startCursor: String(start) };
      return graph(pull([], { reviews: { pageInfo, nodes: all.slice(start, end) } }))(args);
    });
    const answer = await gitHubBallots(io).papers('x');
    expect(answer.available && answer.papers.map(({ login }) => login)).toEqual(all.map(({ author }) => author.login));
  });

  it('of which one is edited and dismissed say nothing of what they were', async () => {
    const { io } = tool(graph(pull([review('carol', 'DISMISSED', { lastEditedAt: AT })])));
    const answer = await gitHubBallots(io).papers('x');
    expect(answer.available && answer.papers[0]?.voided).toBe('edited');
  });

  it('are read on every request of the branch: open, and ended where anything happened since', async () => {
    const requests = [
      pull([review('mallory', 'APPROVED')], { number: 9, author: { login: 'mallory' } }),
      pull([review('carol', 'CHANGES_REQUESTED')]),
      pull([review('chen', 'CHANGES_REQUESTED'), review('old', 'APPROVED', { submittedAt: '2026-11-01T10:00:00Z' })], {
        ...{ number: 5, state: 'CLOSED', author: { login: 'rita' } },
      }),
      pull([review('long ago', 'APPROVED')], { number: 2, state: 'MERGED', updatedAt: '2026-11-01T10:00:00Z' }),
    ];
    const { io } = tool(graph(...requests));
    const answer = await gitHubBallots(io).papers('x', '2026-11-20T00:00:00Z');
    expect(answer).toMatchObject({ request: { number: 7, author: 'ravi' } });
    const of = (one: typeof answer) => (one.available ? one.papers.map(({ login, opener }) => [login, opener]) : []);
    expect(of(answer)).toEqual([
      ['mallory', 'mallory'],
      ['carol', undefined],
      ['chen', 'rita'],
    ]);
    expect(of(await gitHubBallots(io).papers('x'))).toEqual([
      ['mallory', 'mallory'],
      ['carol', undefined],
    ]);
  });

  it('are unknown where more requests are open than are told', async () => {
    const more = { data: { repository: { pullRequests: { pageInfo: { hasNextPage: true }, nodes: [pull([])] } } } };
    expect(await gitHubBallots(tool(() => more).io).papers('x')).toMatchObject({ available: false });
  });

  it('are unknown where others opened so many requests that an older one with a No-Go is not told any more', async () => {
    const closed = pull([], { number: 500, state: 'CLOSED', updatedAt: '2026-11-21T10:00:00Z' });
    const page = { pullRequests: { pageInfo: { hasNextPage: true }, nodes: [closed] } };
    const { io } = tool((args) =>
      args.some((one) => one.startsWith('number='))
        ? { data: { repository: { pullRequest: { reviews: closed.reviews } } } }
        : { data: { repository: page } },
    );
    expect(await gitHubBallots(io).papers('x', '2026-11-20T10:00:00Z')).toMatchObject({
      available: false,
      reason: expect.stringContaining('touched since it was submitted'),
    });
    // All that was touched since then is in the list.
    expect(await gitHubBallots(io).papers('x', '2026-11-22T10:00:00Z')).toMatchObject({ available: true });
  });

  it('are unknown where gh fails or answers otherwise, and there are none without a request', async () => {
    expect(await gitHubBallots(tool(() => undefined).io).papers('x')).toEqual({
      available: false,
      reason: 'gh: HTTP 404: Not Found',
    });
    expect(await gitHubBallots(tool(() => ({ data: null })).io).papers('x')).toMatchObject({ available: false });
    expect(await gitHubBallots(tool(graph()).io).papers('x')).toEqual({ available: true, papers: [] });
  });

  it('are asked for by one text, which is changed in its place', async () => {
    const by = (fullDatabaseId: number | string, viewerDidAuthor: boolean, body = 'old Mark text') => ({
      fullDatabaseId,
      body,
      viewerDidAuthor,
    });
    for (const [known, method, path] of [
      [[], 'POST', 'repos/{owner}/{repo}/issues/7/comments'],
      [[by(9, false), by(10, true, 'x'), by(11, true)], 'PATCH', 'repos/{owner}/{repo}/issues/comments/11'],
      // Of July 2024, more than 32 bits hold.
      [[by('2250077004', true)], 'PATCH', 'repos/{owner}/{repo}/issues/comments/2250077004'],
      // Its author could edit it later.
      [[by(11, false)], 'POST', 'repos/{owner}/{repo}/issues/7/comments'],
    ] as const) {
      const { io, calls } = tool((args) => {
        if (args.includes('--method')) return { html_url: 'https://github.com/c' };
        if (!args.includes('number=7')) return graph(pull([]))(args);
        return { data: { repository: { pullRequest: { comments: { nodes: known } } } } };
      });
      expect(await gitHubBallots(io).post('x', 'Mark', 'text\nof it')).toEqual({ url: 'https://github.com/c' });
      expect(calls.at(-1)).toEqual(['api', '--method', method, path, '-f', 'body=text\nof it']);
    }
  });
});

describe('votes on GitLab, through glab', () => {
  const request = {
    iid: 3,
    web_url: 'https://gitlab.example.com/shop/web/-/merge_requests/3',
    state: 'opened',
    updated_at: AT,
    sha: HEAD,
    source_project_id: 1,
    target_project_id: 1,
    author: { username: 'ravi' },
  };
  const note = (id: number, username: string, more: object = {}) => ({
    id,
    body: `text of ${username}`,
    created_at: AT,
    updated_at: AT,
    system: false,
    author: { username },
    ...more,
  });
  const versions = [
    { head_commit_sha: HEAD, created_at: '2026-11-24T12:00:00Z' },
    { head_commit_sha: OLDER, created_at: '2026-11-23T12:00:00Z' },
  ];
  const project = (notes: readonly object[]) => (args: readonly string[]) => {
    const path = args[1] ?? '';
    if (path.startsWith('projects/:id/merge_requests?')) return [{ ...request, source_project_id: 2, iid: 2 }, request];
    if (path === 'user') return { username: 'robot' };
    if (path.endsWith('/approvals')) return { approved_by: [{ user: { username: 'Carol' } }] };
    if (path.includes('/versions')) return versions;
    if (args.includes('--method')) return { id: 12 };
    return path.includes('page=1') ? notes : [];
  };

  it('are read on every request of the branch: open, and ended where anything happened since', async () => {
    const ended = { ...request, iid: 5, state: 'closed', author: { username: 'rita' } };
    const many = (args: readonly string[]) => {
      const path = args[1] ?? '';
      if (path.startsWith('projects/:id/merge_requests?')) {
        return path.includes('state=all') ? [ended, request] : [request];
      }
      const notes = path.includes('/merge_requests/5/') ? [note(8, 'chen')] : [note(7, 'carol')];
      return project(notes)(args);
    };
    const of = (one: Awaited<ReturnType<ReturnType<typeof gitLabBallots>['papers']>>) =>
      one.available ? one.papers.map(({ login, opener }) => [login, opener]) : [];
    expect(of(await gitLabBallots(tool(many).io).papers('x', '2026-11-20T00:00:00Z'))).toEqual([
      ['chen', 'rita'],
      ['carol', undefined],
    ]);
    expect(of(await gitLabBallots(tool(many).io).papers('x'))).toEqual([['carol', undefined]]);
  });

  it('are comments of those who approve, about the version that stood then', async () => {
    const notes = [
      note(1, 'carol'),
      note(2, 'chen', { created_at: '2026-11-24T13:00:00Z', updated_at: '2026-11-24T13:00:00Z' }),
      note(3, 'cleo', { updated_at: '2026-11-24T11:00:00Z' }),
      note(4, 'early', { created_at: '2026-11-01T10:00:00Z', updated_at: '2026-11-01T10:00:00Z' }),
      note(5, 'gitlab', { system: true }),
    ];
    const answer = await gitLabBallots(tool(project(notes)).io).papers('plans/wallet');
    expect(answer).toMatchObject({ available: true, request: { number: 3, author: 'ravi' } });
    expect(answer.available ? answer.papers.map((one) => [one.login, one.stance, one.voided, one.commit]) : []).toEqual(
      [
        ['carol', 'approves', undefined, OLDER],
        ['chen', 'comments', undefined, HEAD],
        ['cleo', 'comments', 'edited', OLDER],
        ['early', 'comments', undefined, undefined],
      ],
    );
  });

  it('are known to be relctl’s own text by their author, and never by what they say', async () => {
    const notes = [note(1, 'robot', { body: 'Mark' }), note(2, 'carol', { body: 'Mark' })];
    const answer = await gitLabBallots(tool(project(notes)).io).papers('x');
    expect(answer.available && answer.papers.map((one) => one.isOwn)).toEqual([true, false]);
    const anonymous = project(notes);
    const { io } = tool((args) => (args[1] === 'user' ? undefined : anonymous(args)));
    const unknown = await gitLabBallots(io).papers('x');
    expect(unknown.available && unknown.papers.map((one) => one.isOwn)).toEqual([false, false]);
  });

  it('are read past a page, and unknown where glab fails', async () => {
    const many = Array.from({ length: 100 }, (_, index) => note(index, `p${index}`));
    const answers = project(many);
    const { io } = tool((args) => (/notes\?.*page=2/.test(args[1] ?? '') ? [note(101, 'last')] : answers(args)));
    const read = await gitLabBallots(io).papers('x');
    expect(read.available && read.papers).toHaveLength(101);
    expect(read.available && read.papers.some((one) => one.isOwn)).toBe(false);
    expect(await gitLabBallots(tool(() => undefined).io).papers('x')).toMatchObject({ available: false });
    expect(await gitLabBallots(tool(() => ({})).io).papers('x')).toMatchObject({ available: false });
  });

  it('are asked for by one text, which is changed in its place', async () => {
    const others = note(8, 'mallory', { body: 'Mark' });
    const { io, calls } = tool(project([others, note(9, 'robot', { body: 'Mark' })]));
    expect(await gitLabBallots(io).post('x', 'Mark', 'text')).toEqual({ url: `${request.web_url}#note_12` });
    expect(calls.at(-1)).toEqual([
      'api',
      'projects/:id/merge_requests/3/notes/9',
      '--method',
      'PUT',
      '-f',
      'body=text',
    ]);
  });
});

describe('the ballot on Gitea, by its API', () => {
  const pull = {
    number: 7,
    html_url: 'https://git.example.com/shop/web/pulls/7',
    user: { login: 'ravi' },
    state: 'open',
    updated_at: AT,
    head: { ref: 'x', sha: HEAD, repo: { full_name: 'shop/web' } },
  };
  const comment = (id: number, login: string | undefined, body = 'old Mark text') => ({
    id,
    body,
    user: login === undefined ? null : { login },
  });

  it.each([
    ['is put there first', 'robot', [], 'POST', '/issues/7/comments'],
    [
      'is changed in its place',
      'Robot',
      [comment(8, 'robot', 'x'), comment(9, 'robot')],
      'PATCH',
      '/issues/comments/9',
    ],
    // Its author could edit it later, and nobody would know.
    ['is not what another wrote', 'robot', [comment(9, 'mallory')], 'POST', '/issues/7/comments'],
    ['is not what a deleted user wrote', 'robot', [comment(9, undefined)], 'POST', '/issues/7/comments'],
    [
      'is nobody’s where the token may not ask who it is',
      undefined,
      [comment(9, 'robot')],
      'POST',
      '/issues/7/comments',
    ],
  ] as const)('%s', async (_, login, comments, method, path) => {
    const calls: (readonly [string, string])[] = [];
    const answer = (url: string) => {
      if (url.includes('/pulls?')) return url.includes('page=1') ? [pull] : [];
      if (url.endsWith('/user')) return login === undefined ? undefined : { login };
      return comments;
    };
    const fetched: typeof fetch = async (input, init) => {
      const [url, given] = [String(input), init?.method ?? 'GET'];
      calls.push([given, url.split('/shop/web')[1] ?? url]);
      const said = given === 'GET' ? answer(url) : { html_url: 'https://git.example.com/c' };
      return new Response(JSON.stringify(said ?? { message: 'token does not have the scope' }), {
        status: said === undefined ? 403 : 200,
      });
    };
    const access = { url: 'https://git.example.com', repository: 'shop/web', timeout: 1000, env: {} };
    const box = await giteaBallots({ ...access, fetch: fetched }).post('x', 'Mark', 'text');
    expect(box).toEqual({ url: 'https://git.example.com/c' });
    expect(calls.at(-1)).toEqual([method, path]);
  });

  const shownOf = (review: { readonly id: number; readonly body: string }) => ({
    ...{ type: 'review', body: review.body, review_id: review.id },
  });
  /** A request with these reviews, and what stands on its page of each. */
  const withReviews = (reviews: readonly object[], timeline: readonly (readonly unknown[])[]): typeof fetch => {
    return async (input) => {
      const url = new URL(String(input));
      const page = Number(url.searchParams.get('page') ?? 1);
      const lists = url.pathname.endsWith('/timeline')
        ? timeline
        : [url.pathname.endsWith('/reviews') ? reviews : url.search.includes('open') ? [pull] : []];
      return Response.json(lists[page - 1] ?? []);
    };
  };

  it('is void where its text was edited on the page, of which the review itself says nothing', async () => {
    const review = (id: number, login: string, more: object = {}) => ({
      ...{ id, user: { login }, state: 'APPROVED', body: `Go of ${login}`, commit_id: HEAD, submitted_at: AT },
      ...{ html_url: `https://git.example.com/r${id}`, ...more },
    });
    const reviews = [
      review(1, 'carol'),
      review(2, 'chen'),
      review(3, 'cleo', { dismissed: true }),
      review(4, 'dora', { dismissed: true }),
      review(5, 'asked', { state: 'REQUEST_REVIEW', body: '', html_url: '' }),
    ];
    const line = (id: number, body: string) => ({ type: 'review', body, review_id: id });
    // A page may hold nothing but remarks on lines, which the list leaves out.
    const pages = [
      [{ type: 'comment', body: 'hello', review_id: 0 }, null, line(1, 'Go of carol')],
      [],
      [line(2, 'No-Go of chen'), line(3, 'Go of cleo'), line(4, '')],
    ];
    const access = { url: 'https://git.example.com', repository: 'shop/web', timeout: 1000, env: {} };
    const read = await giteaBallots({ ...access, fetch: withReviews(reviews, pages) }).papers('x');
    expect(read.available && read.papers.map(({ login, voided }) => [login, voided])).toEqual([
      ['carol', undefined],
      ['chen', 'edited'],
      ['cleo', 'dismissed'],
      ['dora', 'edited'],
      ['asked', undefined],
    ]);
    // A review that is nowhere on the page may have been edited: nothing is said of any.
    const short = await giteaBallots({ ...access, fetch: withReviews(reviews, pages.slice(0, 1)) }).papers('x');
    expect(short).toMatchObject({ available: false, reason: expect.stringContaining('timeline') });
  });

  it('is read on every request of the branch: open, and ended where anything happened since', async () => {
    const ended = { ...pull, number: 5, state: 'closed', head: { ...pull.head, ref: 'refs/pull/5/head', label: 'x' } };
    const older = { ...ended, number: 3, updated_at: '2026-11-01T10:00:00Z' };
    const said = (id: number, login: string) => ({
      ...{ id, user: { login }, state: 'REQUEST_CHANGES', body: 'x', commit_id: HEAD, submitted_at: AT },
      html_url: `https://git.example.com/r${id}`,
    });
    const asked: string[] = [];
    const fetched: typeof fetch = async (input) => {
      const url = String(input);
      asked.push(url);
      const isFirst = url.endsWith('page=1');
      const all = url.includes('state=closed') ? [ended, older] : url.includes('/pulls?') ? [pull] : undefined;
      const [, number = ''] = /(?:pulls|issues)\/(\d+)\/(?:reviews|timeline)/.exec(url) ?? [];
      const one = said(Number(number), `of ${number}`);
      const answer = all ?? [url.includes('/timeline') ? shownOf(one) : one];
      return new Response(JSON.stringify(isFirst ? answer : []));
    };
    const access = { url: 'https://git.example.com', repository: 'shop/web', timeout: 1000, env: {}, fetch: fetched };
    const answer = await giteaBallots(access).papers('x', '2026-11-20T00:00:00Z');
    expect(answer).toMatchObject({ request: { number: 7 } });
    expect(answer.available && answer.papers.map(({ login, opener }) => [login, opener])).toEqual([
      ['of 7', undefined],
      ['of 5', 'ravi'],
    ]);
    // Without an open one the request that was merged last is the ballot; one that was only closed never is.
    const merged = { ...ended, merged: true };
    const ends =
      (list: readonly object[]): typeof fetch =>
      async (input) => {
        const url = String(input);
        const one = said(5, 'rita');
        const on = url.includes('/timeline') ? shownOf(one) : one;
        const found = url.includes('state=closed') ? list : url.includes('/pulls?') ? [] : [on];
        return new Response(JSON.stringify(url.endsWith('page=1') ? found : []));
      };
    const reads = (list: readonly object[]) =>
      giteaBallots({ ...access, fetch: ends(list) }).papers('x', '2026-11-20T00:00:00Z');
    expect(await reads([merged, older])).toMatchObject({
      request: { number: 5, isMerged: true },
      papers: [{ login: 'rita' }],
    });
    expect(await reads([ended])).toEqual({ available: true, papers: [] });
    // Those that ended are asked for by their last change, and no further than to the time.
    expect(asked.filter((url) => url.includes('state=closed'))).toHaveLength(1);
  });
});
