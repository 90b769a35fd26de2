import { Readable } from 'node:stream';
import { RelctlError } from '../../errors.ts';
import type { ServiceEndpoint } from '../../plan/endpoint.ts';
import { NotReached } from '../http/no-credential.ts';
import type { Api } from './api.ts';
import { RequestFailure } from './failure.ts';

/** Statuses whose answers have no body (fetch standard, "null body status"). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The `fetch` of a Service inside a cluster: a request goes through the API server (`services/proxy`), with the login that kubectl has.
 * Of a URL only path and query count. What the API server says in place of the Service fails the request with {@link NotReached}.
 * @param context kubectl context, for people
 */
export function createServiceFetch(api: Pick<Api, 'pass'>, service: ServiceEndpoint, context: string): typeof fetch {
  const proxy = proxyPath(service);
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input));
    const method = methodOf(init);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === 'string' ? { body: init.body } : {};
    const signal = init.signal ?? new AbortController().signal;
    try {
      const request = { method, path: `${proxy}${pathname}${search}`, headers, ...body } as const;
      const answer = await api.pass(request, signal);
      if (answer.status === 401) throw new NotReached(ITS_OWN_LOGIN);
      const { status } = answer;
      return new Response(WITHOUT_BODY.has(status) ? null : stream(answer.body), { status, headers: answer.headers });
    } catch (error) {
      throw error instanceof RequestFailure || error instanceof RelctlError
        ? new NotReached(`the API server of ${context}: ${error.message}`, { cause: error })
        : error;
    }
  };
}

function methodOf({ method = 'GET' }: RequestInit): 'GET' | 'HEAD' | 'POST' {
  if (method === 'GET' || method === 'HEAD' || method === 'POST') return method;
  throw new NotReached(`relctl sends no ${method} to a Service`);
}

const ITS_OWN_LOGIN =
  'it wants a login of its own (HTTP 401), which the API server does not pass on; name its url and login in place of via: kubectl';

/** `scheme:name:port` names a port of a Service (Kubernetes, "Access services running on clusters"). */
function proxyPath({ namespace, service, port, scheme }: ServiceEndpoint): string {
  return `/api/v1/namespaces/${namespace}/services/${scheme}:${service}:${port}/proxy`;
}

function stream(body: string | AsyncIterable<Uint8Array>): string | ReadableStream {
  return typeof body === 'string' ? body : (Readable.toWeb(Readable.from(body)) as ReadableStream);
}
