import type * as z from 'zod';
import type { Endpoint } from '../../plan/endpoint.ts';
import { redact, secretsIn } from '../hooks/redact.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { parseJson } from '../http/json.ts';
import { reasonOf } from '../http/refusal.ts';
import { changeFailure } from './failure.ts';

/** A JSON API of a ticket system. */
export interface TicketApi {
  /** Sends a request and returns the JSON of its answer; `undefined` where the answer has none. Errors: `change-record.failed`. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, body?: unknown): Promise<unknown>;
  /** The same for what may be out of reach for this login: `undefined` on 401, 403 and 404. */
  tryGet(path: string): Promise<unknown>;
}

/** How it is reached. */
export interface TicketAccess {
  readonly system: string;
  readonly endpoint: Endpoint;
  readonly fetch: typeof fetch;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** Opens the API of a ticket system; nothing is sent yet. */
export function openTicketApi(access: TicketAccess): TicketApi {
  const { system, timeout, env, endpoint } = access;
  const base = endpoint.url.replace(/\/+$/, '');
  const secrets = secretsIn(env, namesOf(endpoint));
  const { host } = new URL(base);
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, body: unknown) => {
    const answer = await boundedFetch(
      `${base}${path}`,
      {
        method,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      { timeout, maxBytes: MAX_BYTES, fetch: access.fetch },
    );
    // Whether it arrived is not known: the answer may have been lost on its way.
    if (!answer.ok) throw changeFailure(system, `${host}: ${answer.detail}`, { refused: false });
    return answer;
  };
  const read = (answer: Parameters<typeof reasonOf>[0] & { readonly status: number }): unknown => {
    const { status, body } = answer;
    // It is recorded in the repository, and servers send back what they were sent: no more is repeated than the reason that they give.
    const said = redact(reasonOf({ ...answer, body: redact(body, secrets) }), secrets);
    if (status >= 300 && status < 400) {
      throw changeFailure(system, `${host} redirects elsewhere (HTTP ${status}), as to a login page`, {
        refused: true,
      });
    }
    if (status < 200 || status >= 300) {
      const refused = status >= 400 && status < 500 && status !== 408;
      throw changeFailure(system, `${host} answers HTTP ${status}${said === '' ? '' : `: ${said}`}`, { refused });
    }
    if (body.trim() === '') return undefined;
    const value = parseJson(body);
    if (value !== undefined) return value;
    throw changeFailure(system, `${host} answers HTTP ${status} without JSON, as a login page does`, {
      refused: false,
    });
  };
  return {
    call: async (method, path, body) => read(await send(method, path, body)),
    async tryGet(path) {
      const answer = await send('GET', path, undefined);
      return [401, 403, 404].includes(answer.status) ? undefined : read(answer);
    },
  };
}

/** Variables with what the login of an endpoint is made of. */
function namesOf({ login, headersFrom }: Endpoint): readonly string[] {
  const ofLogin = Object.entries(login ?? {}).flatMap(([field, name]) =>
    field.endsWith('From') ? [String(name)] : [],
  );
  return [...ofLogin, ...Object.values(headersFrom)];
}

/** An answer in its documented shape. Errors: `change-record.failed`, naming the field. */
export function readAs<T>(system: string, schema: z.ZodType<T>, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw changeFailure(system, `its answer does not read: ${issue?.path.join('.')}: ${issue?.message}`, {
    refused: false,
  });
}

/**
 * Of what a search found that which bears the correlation id that was asked for. A system that takes no notice of a condition, as one does on a field that
 * the login may not read, answers with the changes of others, which would be taken for this release's, or be cancelled as created twice.
 * @throws RelctlError `change-record.failed`
 */
export function onlyOf<T>(
  system: string,
  correlation: string,
  found: readonly T[],
  read: (one: T) => { readonly number: string; readonly ids: readonly string[] },
): readonly T[] {
  const same = (id: string) => id.toLowerCase() === correlation.toLowerCase();
  const strange = found.find((one) => !read(one).ids.some(same));
  if (strange === undefined) return found.filter((one) => read(one).ids.includes(correlation));
  throw changeFailure(
    system,
    `asked for ${correlation}, it answers with ${read(strange).number}, which does not bear that: the login may not read where the correlation id stands`,
    { refused: true },
  );
}
