import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One person's word on the request. */
export interface RecordedReview {
  readonly login: string;
  readonly text: string;
  readonly approves: boolean;
  readonly commit: string;
  /** RFC 3339. */
  readonly at: string;
}

/** What the recorded forge knows: one request, with what people and relctl wrote on it. */
interface Recorded {
  readonly branch: string;
  /** Branches of requests that were opened since, the newest first. */
  readonly newer: readonly string[];
  readonly head: string;
  readonly opener: string;
  readonly reviews: readonly RecordedReview[];
  readonly comments: readonly { readonly id: number; readonly body: string }[];
}

/** A `gh` and a `glab` that answer as the APIs of GitHub and GitLab document it, from a file. */
export interface RecordedForge {
  /** The folder of the programs, to be put in front of PATH. */
  readonly bin: string;
  set(change: Partial<Omit<Recorded, 'comments'>>): void;
  /** Texts that relctl wrote. */
  comments(): readonly string[];
  /** Arguments of every call, one call each. */
  calls(): readonly (readonly string[])[];
}

/** Writes the programs into a folder. */
export function recordedForge(folder: string, branch: string, opener: string): RecordedForge {
  const bin = join(folder, 'recorded-forge');
  const state = join(bin, 'state.json');
  const log = join(bin, 'calls.jsonl');
  mkdirSync(bin, { recursive: true });
  const read = (): Recorded => JSON.parse(readFileSync(state, 'utf8')) as Recorded;
  const write = (recorded: Recorded): void => writeFileSync(state, JSON.stringify(recorded));
  write({ branch, newer: [], head: '', opener, reviews: [], comments: [] });
  writeFileSync(log, '');
  for (const [program, script] of [
    ['gh', GH],
    ['glab', GLAB],
  ] as const) {
    writeFileSync(join(bin, program), `#!${process.execPath}\n${COMMON}\n${script}`);
    chmodSync(join(bin, program), 0o755);
  }
  return {
    bin,
    set: (change) => write({ ...read(), ...change }),
    comments: () => read().comments.map(({ body }) => body),
    calls: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as readonly string[]),
  };
}

/** CommonJS, because a file without an ending is read as such. */
const COMMON = `
const fs = require('node:fs');
const path = require('node:path');
const file = path.join(__dirname, 'state.json');
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
const args = process.argv.slice(2);
fs.appendFileSync(path.join(__dirname, 'calls.jsonl'), JSON.stringify(args) + '\\n');
const field = (name) => (args.find((one) => one.startsWith(name + '=')) ?? '').slice(name.length + 1);
const say = (value) => process.stdout.write(JSON.stringify(value));
const fail = (text) => { process.stderr.write(text + '\\n'); process.exit(1); };
const method = args.includes('--method') ? args[args.indexOf('--method') + 1] : 'GET';
const put = (id, body) => {
  const known = state.comments.find((one) => one.id === id);
  if (known === undefined) state.comments.push({ id: state.comments.length + 1, body });
  else known.body = body;
  fs.writeFileSync(file, JSON.stringify(state));
  return known === undefined ? state.comments.length : id;
};
`;

/** docs.github.com/graphql (PullRequest, PullRequestReview), docs.github.com/rest/issues/comments, cli.github.com/manual/gh_pr_list. */
const GH = `
const url = 'https://github.com/shop/web/pull/7';
if (args[0] === 'pr' && args[1] === 'list') process.stdout.write([...state.newer, state.branch].map((one) => one + '\\n').join(''));
else if (args[0] === 'run') fail('no valid artifacts found to download');
else if (args[1] !== 'graphql') {
  const [, id] = /comments\\/(\\d+)$/.exec(args.find((one) => one.startsWith('repos/')) ?? '') ?? [];
  say({ html_url: url + '#issuecomment-' + put(Number(id ?? 0), field('body')) });
} else if (field('query').includes('viewerDidAuthor')) {
  const nodes = state.comments.map(({ id, body }) => ({ fullDatabaseId: String(id), body, viewerDidAuthor: true }));
  say({ data: { repository: { pullRequest: { comments: { nodes } } } } });
} else {
  const reviews = state.reviews.map((one, index) => ({
    id: 'PRR_' + index, url: url + '#r' + index, body: one.text, state: one.approves ? 'APPROVED' : 'COMMENTED',
    submittedAt: one.at, lastEditedAt: null, author: { login: one.login, __typename: 'User' }, commit: { oid: one.commit },
  }));
  const pull = { number: 7, url, state: 'OPEN', updatedAt: '2026-01-02T00:00:00Z', isCrossRepository: false, headRefOid: state.head, author: { login: state.opener } };
  const page = { reviews: { pageInfo: { hasPreviousPage: false, startCursor: null }, nodes: reviews } };
  if (field('number') !== '') say({ data: { repository: { pullRequest: page } } });
  else say({ data: { repository: { pullRequests: { pageInfo: { hasNextPage: false }, nodes: field('branch') === state.branch ? [pull] : [] } } } });
}
`;

/** docs.gitlab.com/api: merge_requests, notes, merge_request_approvals, merge request diff versions, users. */
const GLAB = `
const where = args[1] ?? '';
const web_url = 'https://gitlab.example.com/shop/web/-/merge_requests/3';
const request = { iid: 3, web_url, state: 'opened', updated_at: '2026-01-02T00:00:00Z', sha: state.head, source_branch: state.branch, source_project_id: 1, target_project_id: 1, author: { username: state.opener } };
if (args[0] === 'job') fail('404 Not Found');
else if (where === 'user') say({ username: 'robot' });
else if (/merge_requests\\?/.test(where)) {
  const query = new URLSearchParams(where.slice(where.indexOf('?')));
  const all = [...(query.has('source_branch') ? [] : state.newer), state.branch].map((source_branch) => ({ ...request, source_branch }));
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
  say(all.slice((page - 1) * size, page * size));
}
else if (where.endsWith('/approvals')) say({ approved_by: state.reviews.filter((one) => one.approves).map(({ login }) => ({ user: { username: login } })) });
else if (where.includes('/versions')) say([{ head_commit_sha: state.head, created_at: '2026-01-01T00:00:00Z' }]);
else if (method !== 'GET') say({ id: put(Number(/notes\\/(\\d+)$/.exec(where)?.[1] ?? 0), field('body')) });
else {
  const note = (id, username, body, at) => ({ id, body, created_at: at, updated_at: at, system: false, author: { username } });
  const notes = [
    ...state.comments.map(({ id, body }) => note(id, 'robot', body, '2026-01-02T00:00:00Z')),
    ...state.reviews.map((one, index) => note(1000 + index, one.login, one.text, one.at)),
  ];
  say(/[?&]page=1$/.test(where) ? notes : []);
}
`;
