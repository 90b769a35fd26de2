import type * as z from 'zod';
import { lastWords, secretsIn } from '../hooks/redact.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { parseJson } from '../http/json.ts';
import { forgeFailure, parsed } from './papers/failure.ts';

/** The API v1 of Gitea and Forgejo, as docs.gitea.com/api has it. */

/** How a Gitea is reached. */
export interface GiteaAccess {
  /** Base URL; a path in front of `/api/v1` is kept. */
  readonly url: string;
  /** owner/name. */
  readonly repository: string;
  readonly fetch: typeof fetch;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAX_BYTES = 16 * 1024 * 1024;
const PAGE = 50;
const PAGES = 20;

/**
 * All pages of a list, or those up to the first that is enough. Errors: `forge.failed`.
 * @param isEnough asked of each page
 */
export async function listed<T>(
  access: GiteaAccess,
  path: string,
  schema: z.ZodType<readonly T[]>,
  isEnough: (page: readonly T[]) => boolean = () => false,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const joined = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}&page=${page}`;
    const read = parsed(schema, await call(access, 'GET', joined), 'Gitea');
    found.push(...read);
    // A server may give fewer in a page than it was asked for, so only an empty one is the last.
    if (read.length === 0 || isEnough(read)) return found;
  }
  throw forgeFailure(`there is more than ${PAGES} pages of ${path}`);
}

/** One call. Errors: `forge.failed`, also for an answer that is no JSON. */
export async function call(
  access: GiteaAccess,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const base = access.url.replace(/\/+$/, '');
  const { host } = new URL(base);
  const answer = await boundedFetch(
    `${base}/api/v1${path}`,
    {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { timeout: access.timeout, maxBytes: MAX_BYTES, fetch: access.fetch },
  );
  if (!answer.ok) throw forgeFailure(`${host}: ${answer.detail}`);
  const said = lastWords(answer.body.replace(/\s+/g, ' '), secretsIn(access.env), 200);
  if (answer.status < 200 || answer.status >= 300) throw forgeFailure(`${host} answers HTTP ${answer.status}: ${said}`);
  const value = parseJson(answer.body);
  if (value === undefined) throw forgeFailure(`${host} does not answer with JSON, as a login page does`);
  return value;
}

/** Names of people and repositories mean the same in either case. */
export function sameName(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}
