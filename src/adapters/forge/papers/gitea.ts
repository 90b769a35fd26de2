import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { call, type GiteaAccess, listed, sameName } from '../gitea-api.ts';
import { forgeFailure, noRequest, parsed, unavailable } from './failure.ts';
import { ballotOf, type KnownRequest, papersOf } from './requests.ts';

/**
 * Reviews on Gitea and Forgejo by their own API v1 (docs.gitea.com/api, "repoListPullReviews"): `state`, `body`, `commit_id` the commit that was
 * reviewed, `dismissed`, `submitted_at`. What the page shows of a review is a comment of its own ("issueGetCommentsAndTimeline": `type: review`,
 * `review_id`), which its author and whoever may write can edit there; the `body` of the review stays as it was.
 */

const pullsSchema = z.array(
  z.object({
    number: z.int(),
    html_url: z.string(),
    user: z.object({ login: z.string() }),
    state: z.string(),
    merged: z.boolean().default(false),
    updated_at: z.string(),
    head: z.object({
      ref: z.string(),
      label: z.string().optional(),
      sha: z.string(),
      repo: z.object({ full_name: z.string() }).nullable(),
    }),
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
type Review = z.infer<typeof reviewsSchema>[number];
const timelineSchema = z.array(
  z.object({ type: z.string(), body: z.string(), review_id: z.int().default(0) }).nullable(),
);
/** Pages of what happened on a request; more of them are not read, and it is said. */
const TIMELINE_PAGES = 20;
const commentsSchema = z.array(
  z.object({ id: z.int(), body: z.string(), user: z.object({ login: z.string() }).nullable() }),
);
const userSchema = z.object({ login: z.string() });
const commentSchema = z.object({ html_url: z.string() });

/** The ballots on Gitea or Forgejo. */
export function giteaBallots(access: GiteaAccess): Papers {
  const repository = `/repos/${access.repository}`;
  /** The open requests of a branch, and of the others those on which anything happened since a time. */
  const requestsOf = async (branch: string, since?: string): Promise<readonly KnownRequest[]> => {
    const isOlder = (page: readonly Pull[]) => page.some((one) => Date.parse(one.updated_at) < Date.parse(since ?? ''));
    const open = await listed(access, `${repository}/pulls?state=open`, pullsSchema);
    const path = `${repository}/pulls?state=closed&sort=recentupdate`;
    const ended = since === undefined ? [] : await listed(access, path, pullsSchema, isOlder);
    return (
      [...open, ...ended]
        // A branch of the same name in a fork is not it; of one that is gone its name is left as a label.
        .filter(
          ({ head }) => [head.ref, head.label].includes(branch) && sameName(head.repo?.full_name, access.repository),
        )
        .map(({ html_url: url, number, head, user, state, merged: isMerged, updated_at: updatedAt }) => {
          return { url, number, head: head.sha, author: user.login, isOpen: state === 'open', isMerged, updatedAt };
        })
    );
  };
  const papers = async (branch: string, since: string | undefined): Promise<PapersAnswer> =>
    papersOf(await requestsOf(branch, since), since, async (number) => {
      const reviews = await listed(access, `${repository}/pulls/${number}/reviews`, reviewsSchema);
      const shown = await shownTexts(access, number, reviews);
      return reviews.flatMap((review) => paperOf(review, shown.get(review.id)));
    });
  return {
    papers: (branch, since) => papers(branch, since).catch(unavailable),
    async post(branch, mark, text) {
      const request = ballotOf(await requestsOf(branch));
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

/** What the page shows of each review. A page of the list may be empty, as remarks on lines are left out of it, and is not the last for that. */
async function shownTexts(
  access: GiteaAccess,
  number: number,
  reviews: readonly Review[],
): Promise<ReadonlyMap<number, string>> {
  const shown = new Map<number, string>();
  // What has no place on the page, such as a review that is only asked for, has no address.
  const missing = () =>
    reviews.filter(({ id, html_url, state }) => html_url !== '' && state !== 'PENDING' && !shown.has(id));
  for (let page = 1; missing().length > 0; page += 1) {
    if (page > TIMELINE_PAGES) throw forgeFailure(`not every review of the request ${number} is in its timeline`);
    const path = `/repos/${access.repository}/issues/${number}/timeline?limit=50&page=${page}`;
    for (const one of parsed(timelineSchema, await call(access, 'GET', path), 'Gitea')) {
      if (one?.type === 'review') shown.set(one.review_id, one.body);
    }
  }
  return shown;
}

/** A review that is still being written is nobody's word yet. */
function paperOf(review: Review, shown = review.body): readonly BallotPaper[] {
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
      // What was edited and dismissed says nothing any more of what was written.
      voided: shown !== review.body ? 'edited' : review.dismissed ? 'dismissed' : undefined,
    },
  ];
}
