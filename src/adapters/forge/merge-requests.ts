import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { MergeRequest, MergeRequests } from '../../ports/config-repository.ts';
import { command } from '../../text/command-line.ts';
import { askTool, type ForgeIo } from './command-line.ts';

/** A repository at a forge, from the URL that git clones. */
interface Place {
  readonly host: string;
  /** `owner/name`; at GitLab groups may lie in groups. */
  readonly path: string;
}

/**
 * Requests to merge into the config repository, through `gh api` and `glab api`, which people are logged in with. `undefined` where the host is
 * neither a GitHub nor a GitLab, by its name or by `forge` of relctl.yaml.
 */
export function openMergeRequests(
  settings: Pick<GitOpsSettings, 'repository' | 'branch'>,
  forge: Config['forge'],
  io: ForgeIo,
): MergeRequests | undefined {
  const place = placeOf(settings.repository);
  if (place === undefined) return undefined;
  const kind = /(^|\.)github\./.test(place.host)
    ? 'github'
    : /(^|\.)gitlab\./.test(place.host)
      ? 'gitlab'
      : forge?.kind;
  if (kind === 'github') return onGitHub(place, settings.branch, io);
  if (kind === 'gitlab') return onGitLab(place, settings.branch, io);
  return undefined;
}

const pullSchema = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.string(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
});

/** GitHub's REST API, version 2022-11-28: pulls. */
function onGitHub({ host, path }: Place, base: string, io: ForgeIo): MergeRequests {
  const [owner = ''] = path.split('/');
  const pulls = `repos/${path}/pulls`;
  const ask = asking(io, 'gh', host);
  return {
    async find(branch) {
      const query = new URLSearchParams({
        head: `${owner}:${branch}`,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: '1',
      });
      const [found] = await ask([`${pulls}?${query}`], z.array(pullSchema));
      return found && pull(found);
    },
    async open({ branch, title, text }) {
      const fields = { title, head: branch, base, body: text };
      return pull(await ask(['-X', 'POST', pulls, ...fieldArguments(fields)], pullSchema));
    },
    async close(number) {
      await ask(['-X', 'PATCH', `${pulls}/${number}`, ...fieldArguments({ state: 'closed' })], pullSchema);
    },
  };
}

function pull({ number, html_url: url, state, merged_at, merge_commit_sha }: z.infer<typeof pullSchema>): MergeRequest {
  const isMerged = merged_at != null;
  return {
    number,
    url,
    state: isMerged ? 'merged' : state === 'open' ? 'open' : 'closed',
    // Of an open request it is a commit that GitHub only tries.
    ...(isMerged && merge_commit_sha != null ? { merged: merge_commit_sha } : {}),
  };
}

const mergeSchema = z.object({
  iid: z.int(),
  web_url: z.string(),
  state: z.string(),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
});

/** GitLab's REST API v4: merge requests. */
function onGitLab({ host, path }: Place, base: string, io: ForgeIo): MergeRequests {
  const requests = `projects/${encodeURIComponent(path)}/merge_requests`;
  const ask = asking(io, 'glab', host);
  return {
    async find(branch) {
      const query = new URLSearchParams({ source_branch: branch, state: 'all', order_by: 'created_at', per_page: '1' });
      const [found] = await ask([`${requests}?${query}`], z.array(mergeSchema));
      return found && merge(found);
    },
    async open({ branch, title, text }) {
      const fields = {
        source_branch: branch,
        target_branch: base,
        title,
        description: text,
        remove_source_branch: 'true',
      };
      return merge(await ask(['-X', 'POST', requests, ...fieldArguments(fields)], mergeSchema));
    },
    async close(number) {
      await ask(['-X', 'PUT', `${requests}/${number}`, ...fieldArguments({ state_event: 'close' })], mergeSchema);
    },
  };
}

/** Without a merge commit the branch was moved forward to the squashed commit, or to the head of the request. */
function merge({ iid, web_url: url, state, ...commits }: z.infer<typeof mergeSchema>): MergeRequest {
  const merged = commits.merge_commit_sha ?? commits.squash_commit_sha ?? commits.sha;
  return {
    number: iid,
    url,
    // `locked` is an open request while it is being merged.
    state: state === 'merged' ? 'merged' : state === 'opened' || state === 'locked' ? 'open' : 'closed',
    ...(state === 'merged' && merged != null ? { merged } : {}),
  };
}

/** Raw fields: a text that begins with `@` is no file. */
function fieldArguments(fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) => ['-f', `${key}=${value}`]);
}

function asking(io: ForgeIo, program: 'gh' | 'glab', host: string) {
  return async <S extends z.ZodType>(args: readonly string[], schema: S): Promise<z.output<S>> => {
    const asked = await askTool(io, program, ['api', '--hostname', host, ...args]);
    const read = asked.ok ? schema.safeParse(asked.value) : undefined;
    if (read?.success === true) return read.data;
    const reason = asked.ok ? `${program} answered in a form that is not the API’s` : asked.reason;
    throw new RelctlError('forge.failed', `the request to merge into the config repository: ${reason}`, {
      why: 'Whether people have merged is known from the forge.',
      hints: [command`${program} auth status --hostname ${host}`],
    });
  };
}

function placeOf(repository: string): Place | undefined {
  const url = URL.canParse(repository) ? new URL(repository) : undefined;
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(repository);
  const [host = '', path = ''] = url?.host ? [url.hostname, url.pathname] : [short?.[1], short?.[2]];
  const name = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return host === '' || !name.includes('/') ? undefined : { host: host.toLowerCase(), path: name };
}
