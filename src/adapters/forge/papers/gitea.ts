import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { call, type GiteaAccess, listed, sameName } from '../gitea-api.ts';
import { forgeFailure, noRequest, onlyRequest, parsed, unavailable } from './failure.ts';

/**
 * Reviews on Gitea and Forgejo by their own API v1 (docs.gitea.com/api, "repoListPullReviews"): `state`, `body`, `commit_id` the commit that was
 * reviewed, `dismissed`, `submitted_at`. The text of a review cannot be edited there.
 */

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

/** The ballots on Gitea or Forgejo. */
export function giteaBallots(access: GiteaAccess): Papers {
  const repository = `/repos/${access.repository}`;
  const requestOf = async (branch: string): Promise<Pull | undefined> => {
    const open = await listed(access, `${repository}/pulls?state=open`, pullsSchema);
    // A branch of the same name in a fork is not it.
    const own = open.filter(({ head }) => head.ref === branch && sameName(head.repo?.full_name, access.repository));
    const found = onlyRequest(own, branch);
    if (typeof found === 'string') throw forgeFailure(found);
    return found;
  };
  const papers = async (branch: string): Promise<PapersAnswer> => {
    const request = await requestOf(branch);
    if (request === undefined) return { available: true, papers: [] };
    const { html_url: url, number, head, user } = request;
    const reviews = await listed(access, `${repository}/pulls/${number}/reviews`, reviewsSchema);
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
