import * as z from 'zod';
import type { BallotPaper, Papers } from '../../../ports/forge.ts';
import { askTool, type ForgeIo } from '../command-line.ts';
import { forgeFailure, noRequest, parsed, tooMany, unavailable } from './failure.ts';
import { ballotOf, goesBackTo, type KnownRequest, papersOf } from './requests.ts';

/**
 * Reviews of a pull request with their texts, by GitHub's GraphQL API v4 through `gh api` (docs.github.com/graphql/reference, PullRequestReview):
 * `body`, `state`, `submittedAt`, `commit.oid` the commit that was reviewed, `lastEditedAt` null while nobody edited it.
 */
const REVIEWS = `query($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviews(last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor }
        nodes { id url body state submittedAt lastEditedAt author { login __typename } commit { oid } }
      }
    }
  }
}`;

/** Requests of a branch. */
const requestsQuery = (states: string) => `query($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, states: [${states}], first: 100, orderBy: { field: UPDATED_AT, direction: DESC }) {
      pageInfo { hasNextPage }
      nodes { number url state updatedAt isCrossRepository headRefOid author { login } }
    }
  }
}`;

/** Comments of a request; `viewerDidAuthor` is said of whoever asks, an app too, of which `/user` says nothing. */
const COMMENTS = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) { comments(first: 100) { nodes { fullDatabaseId body viewerDidAuthor } } }
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
const requestsSchema = z.object({
  data: z.object({
    repository: z.object({
      pullRequests: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean() }),
        nodes: z.array(
          z.object({
            number: z.int(),
            url: z.string(),
            state: z.string(),
            updatedAt: z.string(),
            isCrossRepository: z.boolean(),
            headRefOid: z.string(),
            author: z.object({ login: z.string() }).nullable(),
          }),
        ),
      }),
    }),
  }),
});
const answerSchema = z.object({
  data: z.object({
    repository: z.object({
      pullRequest: z.object({
        reviews: z.object({
          pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
          nodes: z.array(reviewSchema),
        }),
      }),
    }),
  }),
});
const commentsSchema = z.object({
  data: z.object({
    repository: z.object({
      pullRequest: z.object({
        comments: z.object({
          nodes: z.array(
            // Ids of comments have outgrown the Int of GraphQL; a BigInt is a text of digits.
            z.object({
              fullDatabaseId: z.union([z.string().regex(/^\d+$/), z.int()]),
              body: z.string(),
              viewerDidAuthor: z.boolean(),
            }),
          ),
        }),
      }),
    }),
  }),
});
const commentSchema = z.object({ html_url: z.string() });

const OPEN = 'OPEN';
const ALL = 'OPEN, CLOSED, MERGED';

/** Pages of a hundred reviews; more on one request are not read, and it is said. */
const PAGES = 20;

/** The ballots on GitHub. */
export function gitHubBallots(io: ForgeIo): Papers {
  return {
    papers: async (branch, since) => {
      try {
        const requests = await requestsOf(io, branch, since);
        return await papersOf(requests, since, (number) => reviewsOf(io, number));
      } catch (error) {
        return unavailable(error);
      }
    },
    async post(branch, mark, text) {
      const request = ballotOf(await requestsOf(io, branch, undefined));
      if (request === undefined) throw noRequest(branch, 'nobody opened a pull request of it');
      const answer = await ask(io, [
        ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}'],
        ...['-F', `number=${request.number}`, '-f', `query=${COMMENTS}`],
      ]);
      const { nodes } = parsed(commentsSchema, answer, 'GitHub').data.repository.pullRequest.comments;
      // Whoever wrote a comment can edit it later: a ballot in somebody else's would say what they want.
      const own = nodes.find(({ body, viewerDidAuthor }) => viewerDidAuthor && body.includes(mark));
      const written = await ask(io, [
        'api',
        '--method',
        own === undefined ? 'POST' : 'PATCH',
        own === undefined
          ? `repos/{owner}/{repo}/issues/${request.number}/comments`
          : `repos/{owner}/{repo}/issues/comments/${own.fullDatabaseId}`,
        '-f',
        `body=${text}`,
      ]);
      return { url: parsed(commentSchema, written, 'GitHub').html_url };
    },
  };
}

/** The open requests of a branch; with a time all of them, the ended ones at least as far back as that. */
async function requestsOf(io: ForgeIo, branch: string, since: string | undefined): Promise<readonly KnownRequest[]> {
  const answer = await ask(io, [
    ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}', '-f', `branch=${branch}`],
    ...['-f', `query=${requestsQuery(since === undefined ? OPEN : ALL)}`],
  ]);
  const { nodes, pageInfo } = parsed(requestsSchema, answer, 'GitHub').data.repository.pullRequests;
  const listed = nodes.map(({ url, number, headRefOid, author, state, updatedAt, isCrossRepository }) => {
    const [isOpen, isMerged] = [state === 'OPEN', state === 'MERGED'];
    const known = { url, number, head: headRefOid, author: author?.login ?? 'unknown', isOpen, isMerged, updatedAt };
    return { known, isCrossRepository };
  });
  const all = listed.map(({ known }) => known);
  if (pageInfo.hasNextPage && !goesBackTo(all, since)) throw tooMany(branch, 100);
  // A branch of the same name in a fork is not it.
  return listed.flatMap(({ known, isCrossRepository }) => (isCrossRepository ? [] : [known]));
}

/** Remarks of others push a No-Go out of the newest hundred, so all of them are read. */
async function reviewsOf(io: ForgeIo, number: number): Promise<readonly BallotPaper[]> {
  const reviews: z.infer<typeof reviewSchema>[] = [];
  let before: string | undefined;
  for (let page = 1; page <= PAGES; page += 1) {
    const asked = await ask(io, [
      ...['api', 'graphql', '-F', 'owner={owner}', '-F', 'name={repo}', '-F', `number=${number}`],
      ...(before === undefined ? [] : ['-f', `before=${before}`]),
      ...['-f', `query=${REVIEWS}`],
    ]);
    const found = parsed(answerSchema, asked, 'GitHub').data.repository.pullRequest.reviews;
    reviews.unshift(...found.nodes);
    if (!found.pageInfo.hasPreviousPage) return reviews.flatMap(paperOf);
    before = found.pageInfo.startCursor ?? undefined;
  }
  throw forgeFailure(`there are more than ${PAGES * 100} reviews on the request ${number}`);
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
