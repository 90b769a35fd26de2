import * as z from 'zod';
import type { ChangeRequest, ForgeAnswer } from '../../ports/forge.ts';
import { byName } from '../../text/by-name.ts';
import { askTool, type ForgeIo } from './command-line.ts';

const listSchema = z.array(
  z.object({ iid: z.int(), state: z.string(), source_project_id: z.int().nullable(), target_project_id: z.int() }),
);

const requestSchema = z.object({
  iid: z.int(),
  web_url: z.string(),
  state: z.string(),
  draft: z.boolean().default(false),
  sha: z.string(),
  author: z.object({ username: z.string() }).nullish(),
  head_pipeline: z.object({ status: z.string() }).nullish(),
});

const approvalsSchema = z.object({
  approved_by: z.array(z.object({ user: z.object({ username: z.string() }), approved_at: z.string().nullish() })),
});

/** `unreviewed`, `reviewed`, `approved`, `requested_changes` and others that decide nothing; GitLab has the list since 15.3. */
const reviewersSchema = z.array(z.object({ user: z.object({ username: z.string() }), state: z.string() }));

/**
 * What GitLab knows of a branch of this repository, by four calls of its REST API v4 through `glab api`. GitLab does not tell
 * which commit was approved.
 */
export async function readGitLabRequest(io: ForgeIo, branch: string): Promise<ForgeAnswer> {
  const query = new URLSearchParams({ source_branch: branch, state: 'all', order_by: 'updated_at', per_page: '20' });
  const list = await readApi(io, `projects/:id/merge_requests?${query}`, listSchema);
  if (!list.ok) return { available: false, reason: list.reason };
  const own = list.value.filter((request) => request.source_project_id === request.target_project_id);
  const found = own.find((request) => request.state === 'opened') ?? own[0];
  if (found === undefined) return { available: true };
  const request = await readApi(io, `projects/:id/merge_requests/${found.iid}`, requestSchema);
  if (!request.ok) return { available: false, reason: request.reason };
  const approvals = await readApi(io, `projects/:id/merge_requests/${found.iid}/approvals`, approvalsSchema);
  if (!approvals.ok) return { available: false, reason: approvals.reason };
  const reviewers = await readApi(io, `projects/:id/merge_requests/${found.iid}/reviewers`, reviewersSchema);
  if (!reviewers.ok) return { available: false, reason: reviewers.reason };
  const against = reviewers.value.filter(({ state }) => state === 'requested_changes');
  const objections = against.map(({ user }) => user.username);
  return { available: true, request: { ...changeRequest(request.value, approvals.value), objections } };
}

async function readApi<S extends z.ZodType>(
  io: ForgeIo,
  path: string,
  schema: S,
): Promise<{ readonly ok: true; readonly value: z.output<S> } | { readonly ok: false; readonly reason: string }> {
  const asked = await askTool(io, 'glab', ['api', path]);
  if (!asked.ok) return asked;
  const read = schema.safeParse(asked.value);
  return read.success
    ? { ok: true, value: read.data }
    : { ok: false, reason: 'glab answered in a form that is not the GitLab API’s' };
}

function changeRequest(
  request: z.infer<typeof requestSchema>,
  approvals: z.infer<typeof approvalsSchema>,
): Omit<ChangeRequest, 'objections'> {
  const status = request.head_pipeline?.status;
  return {
    url: request.web_url,
    number: request.iid,
    state: request.state === 'opened' && request.draft ? 'draft' : (STATES[request.state] ?? 'closed'),
    head: request.sha,
    author: request.author?.username ?? 'unknown',
    // GitLab names the authors of commits by their addresses only; whether they may approve is a setting of the project.
    authors: [],
    approvals: approvals.approved_by.map(({ user, approved_at }) => ({
      login: user.username,
      ...(approved_at == null ? {} : { at: approved_at }),
    })),
    checks: status === undefined ? 'none' : (PIPELINES[status] ?? 'pending'),
  };
}

/** `locked` is an open request while it is being merged. */
const STATES: Readonly<Record<string, ChangeRequest['state']>> = byName({
  opened: 'open',
  locked: 'open',
  merged: 'merged',
});

/** All other pipeline states have not come to an end. */
const PIPELINES: Readonly<Record<string, ChangeRequest['checks']>> = byName({
  success: 'passing',
  failed: 'failing',
  canceled: 'failing',
  skipped: 'none',
});
