import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMergeRequests } from '../../src/adapters/forge/merge-requests.ts';
import type { Config } from '../../src/plan/config.ts';
import { createFakeTools, type FakeTools } from '../support/fake-tool.ts';

const C = 'c'.repeat(40);

let tools: FakeTools;
beforeEach(() => {
  tools = createFakeTools();
});
afterEach(() => tools.remove());

function requestsAt(repository: string, forge?: Config['forge']) {
  const requests = openMergeRequests({ repository, branch: 'main' }, forge, {
    cwd: '/',
    exec: tools.exec,
    timeout: 10_000,
  });
  if (requests === undefined) throw new Error('no forge');
  return requests;
}

describe('GitHub', () => {
  const pull = { number: 7, html_url: 'https://github.com/acme/fleet/pull/7', state: 'open', merge_commit_sha: C };
  const listed = 'repos/acme/fleet/pulls?head=acme%3Arelctl%2Fr-1&state=all&sort=created&direction=desc&per_page=1';
  const api = (...args: string[]) => ['api', '--hostname', 'github.com', ...args];

  it.each([
    ['open', {}, { state: 'open' }],
    ['closed', { state: 'closed' }, { state: 'closed' }],
    ['merged', { state: 'closed', merged_at: '2026-11-28T20:00:00Z' }, { state: 'merged', merged: C }],
  ])('has a request that is %s', async (_name, change, expected) => {
    tools.put('gh', [{ args: api(listed), stdout: JSON.stringify([{ ...pull, ...change }]) }]);
    expect(await requestsAt('git@github.com:acme/fleet.git').find('relctl/r-1')).toEqual({
      number: 7,
      url: pull.html_url,
      ...expected,
    });
  });

  it('is asked for nothing that is not there', async () => {
    tools.put('gh', [{ args: api(listed), stdout: '[]' }]);
    expect(await requestsAt('https://github.com/acme/fleet').find('relctl/r-1')).toBeUndefined();
  });

  it('gets a request with the texts as they are, and closes it', async () => {
    const fields = ['-f', 'title=@Release r-1', '-f', 'head=relctl/r-1', '-f', 'base=main', '-f', 'body=see; $(it)'];
    tools.put('gh', [
      { args: api('-X', 'POST', 'repos/acme/fleet/pulls', ...fields), stdout: JSON.stringify(pull) },
      { args: api('-X', 'PATCH', 'repos/acme/fleet/pulls/7', '-f', 'state=closed'), stdout: JSON.stringify(pull) },
    ]);
    const requests = requestsAt('ssh://git@github.com:22/acme/fleet.git');
    expect(await requests.open({ branch: 'relctl/r-1', title: '@Release r-1', text: 'see; $(it)' })).toMatchObject({
      number: 7,
    });
    await requests.close(7);
  });

  it('that says no is an error with what it said', async () => {
    tools.put('gh', [{ args: api(listed), exitCode: 1, stderr: 'HTTP 401: Bad credentials' }]);
    await expect(requestsAt('https://github.com/acme/fleet').find('relctl/r-1')).rejects.toMatchObject({
      code: 'forge.failed',
      message: expect.stringContaining('HTTP 401'),
    });
  });
});

describe('GitLab', () => {
  const request = { iid: 9, web_url: 'https://git.example.com/acme/ops/fleet/-/merge_requests/9', state: 'opened' };
  const listed =
    'projects/acme%2Fops%2Ffleet/merge_requests?source_branch=relctl%2Fr-1&state=all&order_by=created_at&per_page=1';
  const api = (...args: string[]) => ['api', '--hostname', 'git.example.com', ...args];

  it.each([
    ['by a merge commit', { merge_commit_sha: C, squash_commit_sha: 'd', sha: 'e' }],
    ['by a squashed commit', { merge_commit_sha: null, squash_commit_sha: C, sha: 'e' }],
    ['by moving the branch', { merge_commit_sha: null, squash_commit_sha: null, sha: C }],
  ])('is merged %s', async (_name, commits) => {
    tools.put('glab', [{ args: api(listed), stdout: JSON.stringify([{ ...request, state: 'merged', ...commits }]) }]);
    const requests = requestsAt('https://git.example.com/acme/ops/fleet.git', { kind: 'gitlab' });
    expect(await requests.find('relctl/r-1')).toEqual({ number: 9, url: request.web_url, state: 'merged', merged: C });
  });
});

it.each(['https://git.example.com/acme/fleet', '/srv/git/fleet.git', 'https://github.com/fleet'])(
  'nothing is known of %s',
  (repository) =>
    expect(
      openMergeRequests({ repository, branch: 'main' }, undefined, { cwd: '/', exec: tools.exec, timeout: 1 }),
    ).toBeUndefined(),
);
