import * as z from 'zod';
import type { BallotPaper, Papers, PapersAnswer } from '../../../ports/forge.ts';
import { askTool, type ForgeIo } from '../command-line.ts';
import { forgeFailure, noRequest, parsed, tooMany, unavailable } from './failure.ts';
import { ballotOf, goesBackTo, type KnownRequest, papersOf } from './requests.ts';

/**
 * Votes on GitLab are comments, since an approval there has no text: by the REST API v4 through `glab api` (docs.gitlab.com/api: merge requests,
 * notes, approvals, merge request diff versions). A comment that says Go counts while its author approves the request (`approved_by`). The commit that
 * was reviewed is the head of the newest version (`head_commit_sha`) that stood when the comment was written. An edited note has another `updated_at`.
 */

const listSchema = z.array(
  z.object({
    iid: z.int(),
    web_url: z.string(),
    state: z.string(),
    updated_at: z.string(),
    sha: z.string(),
    source_project_id: z.int().nullable(),
    target_project_id: z.int(),
    author: z.object({ username: z.string() }).nullish(),
  }),
);
const approvalsSchema = z.object({ approved_by: z.array(z.object({ user: z.object({ username: z.string() }) })) });
const notesSchema = z.array(
  z.object({
    id: z.int(),
    body: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    system: z.boolean(),
    author: z.object({ username: z.string() }),
  }),
);
const userSchema = z.object({ username: z.string() });
const writtenSchema = z.object({ id: z.int() });
const versionsSchema = z.array(z.object({ head_commit_sha: z.string(), created_at: z.string() }));

/** More comments than that on one request are not read, and it is said. */
const PAGE = 100;
const PAGES = 10;

/** The ballots on GitLab. */
export function gitLabBallots(io: ForgeIo): Papers {
  return {
    papers: (branch, since) => readPapers(io, branch, since).catch(unavailable),
    async post(branch, mark, text) {
      const request = ballotOf(await requestsOf(io, branch, undefined));
      if (request === undefined) throw noRequest(branch, 'nobody opened a merge request of it');
      const username = await ownName(io);
      // Whoever wrote a comment can edit it later: a ballot in somebody else's would say what they want.
      const notes = await notesOf(io, request.number);
      const own = notes.find(({ body, author }) => author.username === username && body.includes(mark));
      const path = `projects/:id/merge_requests/${request.number}/notes${own === undefined ? '' : `/${own.id}`}`;
      const method = own === undefined ? 'POST' : 'PUT';
      const { id } = parsed(writtenSchema, await ask(io, path, ['--method', method, '-f', `body=${text}`]), 'GitLab');
      return { url: `${request.url}#note_${id}` };
    },
  };
}

async function readPapers(io: ForgeIo, branch: string, since: string | undefined): Promise<PapersAnswer> {
  const requests = await requestsOf(io, branch, since);
  return papersOf(requests, since, async (number) => {
    const request = requests.find((one) => one.number === number);
    return request === undefined ? [] : papersOn(io, request);
  });
}

async function papersOn(io: ForgeIo, { url, number }: KnownRequest): Promise<readonly BallotPaper[]> {
  const base = `projects/:id/merge_requests/${number}`;
  const { approved_by } = parsed(approvalsSchema, await ask(io, `${base}/approvals`), 'GitLab');
  const versions = parsed(versionsSchema, await ask(io, `${base}/versions?per_page=100`), 'GitLab');
  const approving = new Set(approved_by.map(({ user }) => user.username.toLowerCase()));
  const [notes, username] = [await notesOf(io, number), await ownName(io).catch(() => undefined)];
  return notes.map(
    (note): BallotPaper => ({
      id: String(note.id),
      url: `${url}#note_${note.id}`,
      login: note.author.username,
      text: note.body,
      isOwn: note.author.username === username,
      at: note.created_at,
      commit: headAt(versions, note.created_at),
      stance: approving.has(note.author.username.toLowerCase()) ? 'approves' : 'comments',
      voided: Date.parse(note.updated_at) - Date.parse(note.created_at) > 1000 ? 'edited' : undefined,
    }),
  );
}

async function ownName(io: ForgeIo): Promise<string> {
  return parsed(userSchema, await ask(io, 'user'), 'GitLab').username;
}

function headAt(versions: z.infer<typeof versionsSchema>, at: string): string | undefined {
  const until = versions.filter((one) => Date.parse(one.created_at) <= Date.parse(at));
  return until.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0]?.head_commit_sha;
}

/** The open requests of a branch; with a time all of them, the ended ones at least as far back as that. */
async function requestsOf(io: ForgeIo, branch: string, since: string | undefined): Promise<readonly KnownRequest[]> {
  const state = since === undefined ? 'opened' : 'all';
  const query = new URLSearchParams({
    ...{ source_branch: branch, state, per_page: String(PAGE), order_by: 'updated_at', sort: 'desc' },
  });
  const list = parsed(listSchema, await ask(io, `projects/:id/merge_requests?${query}`), 'GitLab');
  const listed = list.map(
    ({ iid: number, web_url: url, sha: head, author, state: now, updated_at: updatedAt, ...of }) => {
      const [isOpen, isMerged] = [now === 'opened', now === 'merged'];
      const known = { url, number, head, author: author?.username ?? 'unknown', isOpen, isMerged, updatedAt };
      return { known, isFromFork: of.source_project_id !== of.target_project_id };
    },
  );
  const all = listed.map(({ known }) => known);
  if (list.length >= PAGE && !goesBackTo(all, since)) throw tooMany(branch, PAGE);
  // A branch of the same name in a fork is not it.
  return listed.flatMap(({ known, isFromFork }) => (isFromFork ? [] : [known]));
}

async function notesOf(io: ForgeIo, iid: number): Promise<z.infer<typeof notesSchema>> {
  const notes: z.infer<typeof notesSchema> = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const path = `projects/:id/merge_requests/${iid}/notes?sort=asc&order_by=created_at&per_page=${PAGE}&page=${page}`;
    const read = parsed(notesSchema, await ask(io, path), 'GitLab');
    notes.push(...read.filter((note) => !note.system));
    if (read.length < PAGE) return notes;
  }
  throw forgeFailure(`there are more than ${PAGE * PAGES} comments on !${iid}`);
}

async function ask(io: ForgeIo, path: string, more: readonly string[] = []): Promise<unknown> {
  const asked = await askTool(io, 'glab', ['api', path, ...more]);
  if (asked.ok) return asked.value;
  throw forgeFailure(asked.reason);
}
