import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import type { ChangeRequest, Forge, ForgeAnswer } from '../../ports/forge.ts';
import { byName } from '../../text/by-name.ts';
import { call, type GiteaAccess, listed, sameName } from './gitea-api.ts';
import { parsed } from './papers/failure.ts';

/**
 * What Gitea and Forgejo know of a branch (docs.gitea.com/api: repoListPullRequests, repoListPullReviews, repoGetPullRequestCommits,
 * repoGetCombinedStatusByRef). `official` is said of a review whose author may write here, or is on the list of the branch protection.
 */

const pullsSchema = z.array(
  z.object({
    number: z.int(),
    html_url: z.string(),
    state: z.string(),
    draft: z.boolean().default(false),
    merged: z.boolean().default(false),
    user: z.object({ login: z.string() }),
    head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
);
type Pull = z.infer<typeof pullsSchema>[number];
const reviewsSchema = z.array(
  z.object({
    user: z.object({ login: z.string() }).nullable(),
    state: z.string(),
    official: z.boolean().default(false),
    commit_id: z.string(),
    dismissed: z.boolean().default(false),
    submitted_at: z.string(),
  }),
);
type Review = z.infer<typeof reviewsSchema>[number];
const commitsSchema = z.array(z.object({ author: z.object({ login: z.string() }).nullable() }));
const statusSchema = z.object({ state: z.string(), total_count: z.int().default(0) });

/** The forge port on Gitea. */
export function giteaForge(access: GiteaAccess): Forge {
  return { request: (branch) => readRequest(access, branch).catch(unreadable) };
}

function unreadable(error: unknown): ForgeAnswer {
  if (error instanceof RelctlError) return { available: false, reason: error.message };
  throw error;
}

async function readRequest(access: GiteaAccess, branch: string): Promise<ForgeAnswer> {
  const repository = `/repos/${access.repository}`;
  // A branch of the same name in a fork is not it.
  const isOwn = ({ head }: Pull) => head.ref === branch && sameName(head.repo?.full_name, access.repository);
  const open = (await listed(access, `${repository}/pulls?state=open`, pullsSchema)).find(isOwn);
  const found = open ?? (await lately(access, repository)).find(isOwn);
  if (found === undefined) return { available: true };
  const pull = `${repository}/pulls/${found.number}`;
  const reviews = lastReviews(await listed(access, `${pull}/reviews`, reviewsSchema));
  const commits = await listed(access, `${pull}/commits`, commitsSchema);
  const status = parsed(
    statusSchema,
    await call(access, 'GET', `${repository}/commits/${found.head.sha}/status`),
    'Gitea',
  );
  return {
    available: true,
    request: {
      url: found.html_url,
      number: found.number,
      state: found.merged ? 'merged' : found.state !== 'open' ? 'closed' : found.draft ? 'draft' : 'open',
      head: found.head.sha,
      author: found.user.login,
      authors: [...new Set(commits.flatMap(({ author }) => author?.login ?? []))],
      objections: reviews.filter(([, { state }]) => state === 'REQUEST_CHANGES').map(([login]) => login),
      approvals: reviews
        .filter(([, { state, official }]) => state === 'APPROVED' && official)
        .map(([login, { submitted_at: at, commit_id }]) => ({
          login,
          at,
          ...(commit_id === '' ? {} : { commit: commit_id }),
        })),
      checks: status.total_count === 0 ? 'none' : (CHECKS[status.state] ?? 'pending'),
    },
  };
}

/** Those that were closed or merged, the latest first, as far as one page goes: what was merged long ago approves no branch of today. */
async function lately(access: GiteaAccess, repository: string): Promise<readonly Pull[]> {
  const path = `${repository}/pulls?state=closed&sort=recentupdate&limit=50&page=1`;
  return parsed(pullsSchema, await call(access, 'GET', path), 'Gitea');
}

/** Of each person the last review that decides and was not dismissed; a comment leaves it standing. */
function lastReviews(reviews: readonly Review[]): readonly (readonly [login: string, review: Review])[] {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    if (review.user === null || !['APPROVED', 'REQUEST_CHANGES'].includes(review.state)) continue;
    if (review.dismissed) last.delete(review.user.login);
    else last.set(review.user.login, review);
  }
  return [...last];
}

const CHECKS: Readonly<Record<string, ChangeRequest['checks']>> = byName({
  success: 'passing',
  warning: 'passing',
  failure: 'failing',
  error: 'failing',
});
