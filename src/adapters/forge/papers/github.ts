import * as z from 'zod';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { askTool, type ForgeIo } from '../command-line.ts';
import { forgeFailure, noRequest, parsed } from './failure.ts';

/**
 * Reviews of a pull request with their texts, by GitHub's GraphQL API v4 through `gh api` (docs.github.com/graphql/reference, PullRequestReview):
 * `body`, `state`, `submittedAt`, `commit.oid` the commit that was reviewed, `lastEditedAt` null while nobody edited it.
 */
const QUERY = `query($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, states: OPEN, first: 20) {
      nodes {
        number url isCrossRepository headRefOid
        author { login }
        reviews(last: 100) {
          nodes { id url body state submittedAt lastEditedAt author { login __typename } commit { oid } }
        }
      }
    }
  }
}`;

/** Comments of a request; `viewerDidAuthor` is said of whoever asks, an app too, of which `/user` says nothing. */
const COMMENTS = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) { comments(first: 100) { nodes { databaseId body viewerDidAuthor } } }
  }
}`;

const reviewSchema = z.object({
  id: z.string(),
  url: z.string(),
  body: z.string(),
  state: z.string(),
  submittedAt: z.string().nullable(),
  lastEditedAt: z.string().nullable(),
  author: z.object({ login: z.string(), __typename: z.string() }).nullable(),
  commit: z.object({ oid: z.string() }).nullable(),
});
const answerSchema = z.object({
  data: z.object({
    repository: z.object({
      pullRequests: z.object({
        nodes: z.array(
          z.object({
            number: z.int(),
            url: z.string(),
            isCrossRepository: z.boolean(),
            headRefOid: z.string(),
            author: z.object({ login: z.string() }).nullable(),
            reviews: z.object({ nodes: z.array(reviewSchema) }),
          }),
        ),
      }),
    }),
  }),
});
const commentsSchema = z.object({
  data: z.object({
    repository: z.object({
      pullRequest: z.object({
        comments: z.object({
          nodes: z.array(z.object({ databaseId: z.int(), body: z.string(), viewerDidAuthor: z.boolean() })),
        }),
      }),
    }),
  }),
});
const commentSchema = z.object({ html_url: z.string() });

/** The ballots on GitHub. */
export function gitHubBallots(io: ForgeIo): Papers {
  return {
    papers: (branch) => readPapers(io, branch),
    async post(branch, mark, text) {
      const found = await readPapers(io, branch);
      if (!found.available || found.request === undefined) {
        throw noRequest(branch, found.available ? 'nobody opened a pull request of it' : found.reason);
      }
      const answer = await ask(io, [
        ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}'],
        ...['-F', `number=${found.request.number}`, '-f', `query=${COMMENTS}`],
      ]);
      const { nodes } = parsed(commentsSchema, answer, 'GitHub').data.repository.pullRequest.comments;
      // Whoever wrote a comment can edit it later: a ballot in somebody else's would say what they want.
      const own = nodes.find(({ body, viewerDidAuthor }) => viewerDidAuthor && body.includes(mark));
      const written = await ask(io, [
        'api',
        '--method',
        own === undefined ? 'POST' : 'PATCH',
        own === undefined
          ? `repos/{owner}/{repo}/issues/${found.request.number}/comments`
          : `repos/{owner}/{repo}/issues/comments/${own.databaseId}`,
        '-f',
        `body=${text}`,
      ]);
      return { url: parsed(commentSchema, written, 'GitHub').html_url };
    },
  };
}

async function readPapers(io: ForgeIo, branch: string): Promise<PapersAnswer> {
  const asked = await askTool(io, 'gh', [
    ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}'],
    ...['-f', `branch=${branch}`, '-f', `query=${QUERY}`],
  ]);
  if (!asked.ok) return { available: false, reason: asked.reason };
  const answer = answerSchema.safeParse(asked.value);
  if (!answer.success) return { available: false, reason: 'gh answered in a form that is not the GitHub API’s' };
  // A branch of the same name in a fork is not it.
  const found = answer.data.data.repository.pullRequests.nodes.find((one) => !one.isCrossRepository);
  if (found === undefined) return { available: true, papers: [] };
  const { url, number, headRefOid, author, reviews } = found;
  return {
    available: true,
    request: { url, number, head: headRefOid, author: author?.login ?? 'unknown' },
    papers: reviews.nodes.flatMap(paperOf),
  };
}

/** A review that was not submitted yet is nobody's word, and a bot has none. */
function paperOf(review: z.infer<typeof reviewSchema>): readonly BallotPaper[] {
  const { author, submittedAt, state } = review;
  if (author === null || author.__typename === 'Bot' || submittedAt === null) return [];
  return [
    {
      id: review.id,
      url: review.url,
      login: author.login,
      text: review.body,
      at: submittedAt,
      commit: review.commit?.oid,
      stance: state === 'APPROVED' ? 'approves' : state === 'CHANGES_REQUESTED' ? 'objects' : 'comments',
      voided: state === 'DISMISSED' ? 'dismissed' : review.lastEditedAt === null ? undefined : 'edited',
    },
  ];
}

async function ask(io: ForgeIo, args: readonly string[]): Promise<unknown> {
  const asked = await askTool(io, 'gh', args);
  if (asked.ok) return asked.value;
  throw forgeFailure(asked.reason);
}
