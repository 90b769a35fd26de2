import * as z from 'zod';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { askTool, type ForgeIo } from '../command-line.ts';
import { forgeFailure, noRequest, onlyRequest, parsed } from './failure.ts';

/**
 * Reviews of a pull request with their texts, by GitHub's GraphQL API v4 through `gh api` (docs.github.com/graphql/reference, PullRequestReview):
 * `body`, `state`, `submittedAt`, `commit.oid` the commit that was reviewed, `lastEditedAt` null while nobody edited it.
 */
const QUERY = `query($owner: String!, $name: String!, $branch: String!, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, states: OPEN, first: 100) {
      pageInfo { hasNextPage }
      nodes {
        number url isCrossRepository headRefOid
        author { login }
        reviews(last: 100, before: $before) {
          pageInfo { hasPreviousPage startCursor }
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
        pageInfo: z.object({ hasNextPage: z.boolean() }),
        nodes: z.array(
          z.object({
            number: z.int(),
            url: z.string(),
            isCrossRepository: z.boolean(),
            headRefOid: z.string(),
            author: z.object({ login: z.string() }).nullable(),
            reviews: z.object({
              pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
              nodes: z.array(reviewSchema),
            }),
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

/** Pages of a hundred reviews; more on one request are not read, and it is said. */
const PAGES = 20;

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

/** Remarks of others push a No-Go out of the newest hundred, so all of them are read. */
async function readPapers(io: ForgeIo, branch: string): Promise<PapersAnswer> {
  const reviews: z.infer<typeof reviewSchema>[] = [];
  let before: string | undefined;
  for (let page = 1; page <= PAGES; page += 1) {
    const asked = await askTool(io, 'gh', [
      ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}'],
      ...[
        '-f',
        `branch=${branch}`,
        ...(before === undefined ? [] : ['-f', `before=${before}`]),
        '-f',
        `query=${QUERY}`,
      ],
    ]);
    if (!asked.ok) return { available: false, reason: asked.reason };
    const answer = answerSchema.safeParse(asked.value);
    if (!answer.success) return { available: false, reason: 'gh answered in a form that is not the GitHub API’s' };
    const { nodes, pageInfo } = answer.data.data.repository.pullRequests;
    if (pageInfo.hasNextPage) return { available: false, reason: `more than 100 requests of ${branch} are open` };
    // A branch of the same name in a fork is not it.
    const found = onlyRequest(
      nodes.filter((one) => !one.isCrossRepository),
      branch,
    );
    if (found === undefined) return { available: true, papers: [] };
    if (typeof found === 'string') return { available: false, reason: found };
    reviews.unshift(...found.reviews.nodes);
    const { hasPreviousPage, startCursor } = found.reviews.pageInfo;
    if (!hasPreviousPage) {
      const { url, number, headRefOid, author } = found;
      const request = { url, number, head: headRefOid, author: author?.login ?? 'unknown' };
      return { available: true, request, papers: reviews.flatMap(paperOf) };
    }
    before = startCursor ?? undefined;
  }
  return { available: false, reason: `there are more than ${PAGES * 100} reviews on the request of ${branch}` };
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
      // What was edited and dismissed says nothing any more of what was written.
      voided: review.lastEditedAt !== null ? 'edited' : state === 'DISMISSED' ? 'dismissed' : undefined,
    },
  ];
}

async function ask(io: ForgeIo, args: readonly string[]): Promise<unknown> {
  const asked = await askTool(io, 'gh', args);
  if (asked.ok) return asked.value;
  throw forgeFailure(asked.reason);
}
