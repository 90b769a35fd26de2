import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createForge } from '../../src/adapters/forge/forge.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { createFakeTools, type ExpectedCall, type FakeTools } from '../support/fake-tool.ts';

const HEAD = 'a'.repeat(40);
const OLDER = 'b'.repeat(40);

let tools: FakeTools;
let folder: string;
beforeEach(() => {
  tools = createFakeTools();
  folder = mkdtempSync(join(tmpdir(), 'relctl-forge-'));
  execFileSync('git', ['init', '-q', folder]);
});
afterEach(() => {
  tools.remove();
  rmSync(folder, { recursive: true });
});

function forgeAt(remote: string | undefined, name = 'origin'): Forge {
  if (remote !== undefined) execFileSync('git', ['-C', folder, 'remote', 'add', name, remote]);
  return createForge({ cwd: folder, exec: tools.exec, timeout: 10_000 });
}

/** The GraphQL query is read from what is called, so that the rest of the call can be stated exactly. */
function gh(branch: string, answer: Omit<ExpectedCall, 'args'>): void {
  tools.put('gh', [
    {
      args: ['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}', '-f', `branch=${branch}`, '-f', QUERY],
      ...answer,
    },
  ]);
}

const QUERY = `query=query($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, first: 20, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes {
        number url state isDraft isCrossRepository headRefOid
        author { login }
        reviews(last: 100) {
          nodes { state submittedAt authorCanPushToRepository author { login __typename } commit { oid } }
        }
        commits(last: 100) { nodes { commit { authors(first: 10) { nodes { user { login } } } } } }
        checked: commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
      }
    }
  }
}`;

function pull(changes: object = {}): object {
  return {
    number: 7,
    url: 'https://github.com/shop/web/pull/7',
    state: 'OPEN',
    isDraft: false,
    isCrossRepository: false,
    headRefOid: HEAD,
    author: { login: 'ada' },
    reviews: { nodes: [] },
    commits: {
      nodes: [
        ['ada', null],
        ['bob', 'ada'],
      ].map((logins) => ({
        commit: { authors: { nodes: logins.map((login) => ({ user: login === null ? null : { login } })) } },
      })),
    },
    checked: { nodes: [{ commit: { statusCheckRollup: { state: 'SUCCESS' } } }] },
    ...changes,
  };
}

function review(login: string, state: string, at: string, commit = HEAD, type = 'User'): object {
  const author = { login, __typename: type };
  return { state, submittedAt: at, authorCanPushToRepository: login !== 'stranger', author, commit: { oid: commit } };
}

function pulls(...nodes: readonly object[]): { readonly stdout: string } {
  return { stdout: JSON.stringify({ data: { repository: { pullRequests: { nodes } } } }) };
}

describe('the forge port through gh', () => {
  it('gives request, standing approvals with the commit they were for, and checks', async () => {
    const reviews = [
      review('bob', 'CHANGES_REQUESTED', '2026-11-20T09:00:00Z', OLDER),
      review('cleo', 'APPROVED', '2026-11-20T10:00:00Z', OLDER),
      review('dan', 'APPROVED', '2026-11-20T11:00:00Z'),
      review('bob', 'APPROVED', '2026-11-21T09:00:00Z'),
      review('dan', 'CHANGES_REQUESTED', '2026-11-21T10:00:00Z'),
      review('cleo', 'COMMENTED', '2026-11-21T11:00:00Z'),
      review('eve', 'APPROVED', '2026-11-21T12:00:00Z'),
      review('eve', 'DISMISSED', '2026-11-21T12:00:00Z'),
      review('renovate', 'APPROVED', '2026-11-21T13:00:00Z', HEAD, 'Bot'),
      review('stranger', 'APPROVED', '2026-11-21T14:00:00Z'),
      { state: 'APPROVED', submittedAt: null, authorCanPushToRepository: true, author: null, commit: null },
    ];
    gh('feature/wallet', pulls(pull({ reviews: { nodes: reviews } })));
    expect(await forgeAt('git@github.com:shop/web.git').request('feature/wallet')).toEqual({
      available: true,
      request: {
        url: 'https://github.com/shop/web/pull/7',
        number: 7,
        state: 'open',
        head: HEAD,
        author: 'ada',
        authors: ['ada', 'bob'],
        objections: ['dan'],
        approvals: [
          { login: 'bob', at: '2026-11-21T09:00:00Z', commit: HEAD },
          { login: 'cleo', at: '2026-11-20T10:00:00Z', commit: OLDER },
        ],
        checks: 'passing',
      },
    });
    tools.verify();
  });

  it('takes the open request of this repository, not that of a fork or an older closed one', async () => {
    gh(
      'x',
      pulls(
        pull({ number: 1, isCrossRepository: true }),
        pull({ number: 2, state: 'CLOSED' }),
        pull({ number: 3, isDraft: true }),
      ),
    );
    const answer = await forgeAt('https://github.com/shop/web').request('x');
    expect(answer).toMatchObject({ request: { number: 3, state: 'draft' } });
    tools.verify();
  });

  it('tells a request that was closed without a merge', async () => {
    gh('x', pulls(pull({ state: 'CLOSED', isDraft: true })));
    expect(await forgeAt('https://github.com/shop/web').request('x')).toMatchObject({ request: { state: 'closed' } });
    tools.verify();
  });

  it.each([
    ['FAILURE', 'failing'],
    ['ERROR', 'failing'],
    ['EXPECTED', 'pending'],
    ['SOMETHING_NEW', 'pending'],
  ])('reads checks %s as %s', async (state, checks) => {
    gh('x', pulls(pull({ state: 'MERGED', checked: { nodes: [{ commit: { statusCheckRollup: { state } } }] } })));
    expect(await forgeAt('ssh://git@github.com/shop/web').request('x')).toMatchObject({
      request: { state: 'merged', checks },
    });
    tools.verify();
  });

  it('has no request, and no checks, where there are none', async () => {
    gh('x', pulls());
    expect(await forgeAt('https://github.com/shop/web').request('x')).toEqual({ available: true });
    gh('x', pulls(pull({ checked: { nodes: [{ commit: { statusCheckRollup: null } }] } })));
    expect(await forgeAt(undefined).request('x')).toMatchObject({ request: { checks: 'none' } });
    tools.verify();
  });

  it('passes a hostile branch as one value', async () => {
    const hostile = '") { evil } #$(touch x);--jq=.';
    gh(hostile, pulls());
    expect(await forgeAt('https://github.com/shop/web').request(hostile)).toEqual({ available: true });
    tools.verify();
  });

  it.each([
    [
      'nobody is logged in',
      { exitCode: 4, stderr: '\u001b[31mTo get started with GitHub CLI, please run: gh auth login\u001b[0m\nmore' },
      'gh: To get started with GitHub CLI, please run: gh auth login',
    ],
    ['it says nothing', { exitCode: 1 }, 'gh: exit code 1'],
    ['it answers no JSON', { stdout: 'hello' }, 'gh did not answer with JSON'],
    [
      'it answers with GraphQL errors',
      { stdout: '{"data":{"repository":null},"errors":[{}]}' },
      'gh answered in a form that is not the GitHub API’s',
    ],
  ])('is unavailable, with the reason, when %s', async (_name, answer, reason) => {
    gh('x', answer);
    expect(await forgeAt('https://github.com/shop/web').request('x')).toEqual({ available: false, reason });
    tools.verify();
  });
});

describe('the forge port through glab', () => {
  const list =
    'projects/:id/merge_requests?source_branch=feature%2Fwallet%26state%3Dopened&state=all&order_by=updated_at&per_page=20';
  const branch = 'feature/wallet&state=opened';
  const own = { iid: 9, state: 'opened', source_project_id: 1, target_project_id: 1 };
  const json = (path: string, value: unknown): ExpectedCall => ({ args: ['api', path], stdout: JSON.stringify(value) });
  const detail = {
    iid: 9,
    web_url: 'https://gitlab.example.com/shop/web/-/merge_requests/9',
    state: 'opened',
    sha: HEAD,
    author: { username: 'ada' },
  };

  it('gives request, approvals and pipeline', async () => {
    tools.put('glab', [
      json(list, [{ ...own, iid: 8, source_project_id: 2 }, { ...own, iid: 7, state: 'merged' }, own]),
      json('projects/:id/merge_requests/9', { ...detail, head_pipeline: { status: 'failed' } }),
      json('projects/:id/merge_requests/9/approvals', {
        approved_by: [
          { user: { username: 'bob' }, approved_at: '2026-11-21T09:00:00Z' },
          { user: { username: 'cleo' } },
        ],
      }),
      json('projects/:id/merge_requests/9/reviewers', [
        { user: { username: 'bob' }, state: 'approved' },
        { user: { username: 'dan' }, state: 'requested_changes' },
        { user: { username: 'eve' }, state: 'unreviewed' },
      ]),
    ]);
    expect(await forgeAt('https://gitlab.example.com/shop/web.git').request(branch)).toEqual({
      available: true,
      request: {
        url: detail.web_url,
        number: 9,
        state: 'open',
        head: HEAD,
        author: 'ada',
        authors: [],
        objections: ['dan'],
        approvals: [{ login: 'bob', at: '2026-11-21T09:00:00Z' }, { login: 'cleo' }],
        checks: 'failing',
      },
    });
    tools.verify();
  });

  it('has no request where there is none', async () => {
    tools.put('glab', [json(list, [])]);
    expect(await forgeAt('git@gitlab.com:shop/web.git').request(branch)).toEqual({ available: true });
    tools.verify();
  });

  it('is unavailable when one of its calls fails', async () => {
    tools.put('glab', [
      json(list, [own]),
      { args: ['api', 'projects/:id/merge_requests/9'], exitCode: 1, stderr: '404 Not Found' },
    ]);
    expect(await forgeAt('git@gitlab.com:shop/web.git').request(branch)).toEqual({
      available: false,
      reason: 'glab: 404 Not Found',
    });
    tools.verify();
  });
});

describe('which forge is asked', () => {
  it('is none without a remote, or with one that is a folder', async () => {
    tools.put('gh', []);
    tools.put('glab', []);
    const none = { available: false, reason: 'no remote that others share is at a forge' };
    expect(await forgeAt(undefined).request('x')).toEqual(none);
    expect(await forgeAt('/srv/git/web.git').request('x')).toEqual(none);
    tools.verify();
  });

  it('is that of the only remote, whatever it is called; of several without an origin none', async () => {
    gh('x', pulls());
    expect(await forgeAt('https://github.com/shop/web', 'company').request('x')).toEqual({ available: true });
    tools.verify();
    expect(await forgeAt('https://gitlab.com/mallory/web', 'fork').request('x')).toMatchObject({ available: false });
  });

  it('is each in turn where the host does not tell', async () => {
    gh('x', { exitCode: 1, stderr: 'none of the git remotes points to a known GitHub host' });
    tools.put('glab', [
      {
        args: ['api', 'projects/:id/merge_requests?source_branch=x&state=all&order_by=updated_at&per_page=20'],
        stdout: '[]',
      },
    ]);
    expect(await forgeAt('https://code.example.com/shop/web').request('x')).toEqual({ available: true });
    tools.verify();
  });

  it('is not installed where the program is missing', async () => {
    const bare = createForge({
      cwd: folder,
      timeout: 10_000,
      exec: (program, args, options) => tools.exec(program === 'gh' ? 'relctl-no-such-gh' : program, args, options),
    });
    execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', 'https://github.com/shop/web']);
    expect(await bare.request('x')).toEqual({ available: false, reason: 'gh is not installed' });
  });
});
