import * as z from 'zod';
import type { ChangeRequest, ForgeAnswer, ForgeApproval } from '../../ports/forge.ts';
import { byName } from '../../text/by-name.ts';
import { askTool, type ForgeIo } from './command-line.ts';

/**
 * One GraphQL query through `gh api` (GitHub GraphQL API v4): its schema is versioned, unlike the JSON fields of `gh pr list`,
 * and it tells which commit was approved. The branch is a variable, so no name of a branch can change the query.
 */
const QUERY = `query($owner: String!, $name: String!, $branch: String!) {
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

const reviewSchema = z.object({
  state: z.string(),
  submittedAt: z.string().nullable(),
  authorCanPushToRepository: z.boolean(),
  author: z.object({ login: z.string(), __typename: z.string() }).nullable(),
  commit: z.object({ oid: z.string() }).nullable(),
});
type Review = z.infer<typeof reviewSchema>;

const requestSchema = z.object({
  number: z.int(),
  url: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  isCrossRepository: z.boolean(),
  headRefOid: z.string(),
  author: z.object({ login: z.string() }).nullable(),
  reviews: z.object({ nodes: z.array(reviewSchema) }),
  commits: z.object({
    nodes: z.array(
      z.object({
        commit: z.object({
          authors: z.object({ nodes: z.array(z.object({ user: z.object({ login: z.string() }).nullable() })) }),
        }),
      }),
    ),
  }),
  checked: z.object({
    nodes: z.array(z.object({ commit: z.object({ statusCheckRollup: z.object({ state: z.string() }).nullable() }) })),
  }),
});
type PullRequest = z.infer<typeof requestSchema>;

const answerSchema = z.object({
  data: z.object({ repository: z.object({ pullRequests: z.object({ nodes: z.array(requestSchema) }) }) }),
});

/** What GitHub knows of a branch of this repository. A branch of the same name in a fork is not it. */
export async function readGitHubRequest(io: ForgeIo, branch: string): Promise<ForgeAnswer> {
  const asked = await askTool(io, 'gh', [
    'api',
    'graphql',
    '-F',
    'owner={owner}',
    '-F',
    'name={repo}',
    '-f',
    `branch=${branch}`,
    '-f',
    `query=${QUERY}`,
  ]);
  if (!asked.ok) return { available: false, reason: asked.reason };
  const answer = answerSchema.safeParse(asked.value);
  if (!answer.success) return { available: false, reason: 'gh answered in a form that is not the GitHub API’s' };
  const own = answer.data.data.repository.pullRequests.nodes.filter((request) => !request.isCrossRepository);
  const found = own.find((request) => request.state === 'OPEN') ?? own[0];
  return found === undefined ? { available: true } : { available: true, request: changeRequest(found) };
}

function changeRequest(request: PullRequest): ChangeRequest {
  const rollup = request.checked.nodes[0]?.commit.statusCheckRollup?.state;
  const reviews = lastReviews(request.reviews.nodes);
  const of = (state: string) => reviews.filter(([, review]) => review.state === state);
  const states = { OPEN: request.isDraft ? 'draft' : 'open', CLOSED: 'closed', MERGED: 'merged' } as const;
  return {
    url: request.url,
    number: request.number,
    state: states[request.state],
    head: request.headRefOid,
    author: request.author?.login ?? 'unknown',
    authors: [
      ...new Set(
        request.commits.nodes.flatMap(({ commit }) => commit.authors.nodes.flatMap((one) => one.user?.login ?? [])),
      ),
    ],
    // Whoever may not push here may say that they like it; it is no approval of this repository.
    approvals: of('APPROVED')
      .filter(([, review]) => review.authorCanPushToRepository)
      .map(([login, review]) => approval(login, review)),
    objections: of('CHANGES_REQUESTED').map(([login]) => login),
    checks: rollup === undefined ? 'none' : (CHECKS[rollup] ?? 'pending'),
  };
}

/** Of each person the last review that decides; a comment leaves it standing, a bot's approval is nobody's. */
function lastReviews(reviews: readonly Review[]): readonly (readonly [login: string, review: Review])[] {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    if (review.author === null || review.author.__typename === 'Bot') continue;
    if (['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state)) last.set(review.author.login, review);
  }
  return [...last];
}

function approval(login: string, { submittedAt, commit }: Review): ForgeApproval {
  return {
    login,
    ...(submittedAt === null ? {} : { at: submittedAt }),
    ...(commit === null ? {} : { commit: commit.oid }),
  };
}

const CHECKS: Readonly<Record<string, ChangeRequest['checks']>> = byName({
  SUCCESS: 'passing',
  FAILURE: 'failing',
  ERROR: 'failing',
  PENDING: 'pending',
  EXPECTED: 'pending',
});
