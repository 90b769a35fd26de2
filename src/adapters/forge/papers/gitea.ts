import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { lastWords, secretsIn } from '../../hooks/redact.ts';
import { boundedFetch } from '../../http/bounded-fetch.ts';
import { parseJson } from '../../http/json.ts';
import { forgeFailure, noRequest, parsed, unavailable } from './failure.ts';

/**
 * Reviews on Gitea and Forgejo by their own API v1 (docs.gitea.com/api, "repoListPullReviews"): `state`, `body`, `commit_id` the commit that was
 * reviewed, `dismissed`, `submitted_at`. The text of a review cannot be edited there.
 */

/** How a Gitea is reached. */
export interface GiteaAccess {
  /** Base URL; a path in front of `/api/v1` is kept. */
  readonly url: string;
  /** owner/name. */
  readonly repository: string;
  readonly fetch: typeof fetch;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const pullsSchema = z.array(
  z.object({
    number: z.int(),
    html_url: z.string(),
    user: z.object({ login: z.string() }),
    head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
);
type Pull = z.infer<typeof pullsSchema>[number];
const reviewsSchema = z.array(
  z.object({
    id: z.int(),
    user: z.object({ login: z.string() }).nullable(),
    state: z.string(),
    body: z.string(),
    commit_id: z.string(),
    dismissed: z.boolean().default(false),
    submitted_at: z.string(),
    html_url: z.string(),
  }),
);
const commentsSchema = z.array(
  z.object({ id: z.int(), body: z.string(), user: z.object({ login: z.string() }).nullable() }),
);
const userSchema = z.object({ login: z.string() });
const commentSchema = z.object({ html_url: z.string() });

const MAX_BYTES = 16 * 1024 * 1024;
const PAGE = 50;
const PAGES = 20;

/** The ballots on Gitea or Forgejo. */
export function giteaBallots(access: GiteaAccess): Papers {
  const repository = `/repos/${access.repository}`;
  const list = async <T>(path: string, schema: z.ZodType<readonly T[]>): Promise<readonly T[]> => {
    const found: T[] = [];
    for (let page = 1; page <= PAGES; page += 1) {
      const joined = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}&page=${page}`;
      const read = parsed(schema, await call(access, 'GET', joined), 'Gitea');
      found.push(...read);
      // A server may give fewer in a page than it was asked for, so only an empty one is the last.
      if (read.length === 0) return found;
    }
    throw forgeFailure(`there is more than ${PAGES} pages of ${path}`);
  };
  const requestOf = async (branch: string): Promise<Pull | undefined> => {
    const open = await list(`${repository}/pulls?state=open`, pullsSchema);
    // A branch of the same name in a fork is not it.
    return open.find(({ head }) => head.ref === branch && sameName(head.repo?.full_name, access.repository));
  };
  const papers = async (branch: string): Promise<PapersAnswer> => {
    const request = await requestOf(branch);
    if (request === undefined) return { available: true, papers: [] };
    const { html_url: url, number, head, user } = request;
    const reviews = await list(`${repository}/pulls/${number}/reviews`, reviewsSchema);
    return {
      available: true,
      request: { url, number, head: head.sha, author: user.login },
      papers: reviews.flatMap(paperOf),
    };
  };
  return {
    papers: (branch) => papers(branch).catch(unavailable),
    async post(branch, mark, text) {
      const request = await requestOf(branch);
      if (request === undefined) throw noRequest(branch, 'nobody opened a pull request of it');
      const comments = parsed(
        commentsSchema,
        await call(access, 'GET', `${repository}/issues/${request.number}/comments`),
        'Gitea',
      );
      // Whoever wrote a comment can edit it later: a ballot in somebody else's would say what they want.
      const login = await ownLogin(access);
      const own = comments.find(({ body, user }) => sameName(user?.login, login) && body.includes(mark));
      const written =
        own === undefined
          ? await call(access, 'POST', `${repository}/issues/${request.number}/comments`, { body: text })
          : await call(access, 'PATCH', `${repository}/issues/comments/${own.id}`, { body: text });
      return { url: parsed(commentSchema, written, 'Gitea').html_url };
    },
  };
}

/** Who posts; `undefined` where the token may not ask, and then no comment is known to be its own. */
async function ownLogin(access: GiteaAccess): Promise<string | undefined> {
  try {
    return parsed(userSchema, await call(access, 'GET', '/user'), 'Gitea').login;
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}

/** A review that is still being written is nobody's word yet. */
function paperOf(review: z.infer<typeof reviewsSchema>[number]): readonly BallotPaper[] {
  if (review.user === null || review.state === 'PENDING') return [];
  return [
    {
      id: String(review.id),
      url: review.html_url,
      login: review.user.login,
      text: review.body,
      at: review.submitted_at,
      commit: review.commit_id === '' ? undefined : review.commit_id,
      stance: review.state === 'APPROVED' ? 'approves' : review.state === 'REQUEST_CHANGES' ? 'objects' : 'comments',
      voided: review.dismissed ? 'dismissed' : undefined,
    },
  ];
}

function sameName(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}

async function call(
  access: GiteaAccess,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const base = access.url.replace(/\/+$/, '');
  const { host } = new URL(base);
  const answer = await boundedFetch(
    `${base}/api/v1${path}`,
    {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { timeout: access.timeout, maxBytes: MAX_BYTES, fetch: access.fetch },
  );
  if (!answer.ok) throw forgeFailure(`${host}: ${answer.detail}`);
  const said = lastWords(answer.body.replace(/\s+/g, ' '), secretsIn(access.env), 200);
  if (answer.status < 200 || answer.status >= 300) throw forgeFailure(`${host} answers HTTP ${answer.status}: ${said}`);
  const value = parseJson(answer.body);
  if (value === undefined) throw forgeFailure(`${host} does not answer with JSON, as a login page does`);
  return value;
}
