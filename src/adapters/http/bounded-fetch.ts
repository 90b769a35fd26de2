import { byName } from '../../text/by-name.ts';
import { formatSpan } from '../../text/figures.ts';
import { NotReached } from './no-credential.ts';
import { plainFetch } from './plain-fetch.ts';

/**
 * One HTTP exchange that always ends: a deadline over the whole of it, body included, a cap on the body, and no redirect
 * is followed (a message or a query belongs to the host that was named, and a login page is not an answer).
 */

/** What happened; a transport that fails is a value, because each caller has its own way to say so. */
export type HttpAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly location: string | undefined;
      /** By lower-case name, in alphabetical order. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly ok: false; readonly reason: 'unreachable' | 'timeout' | 'too-large'; readonly detail: string };

/** What is sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The limits of an exchange. */
export interface HttpLimits {
  /** Milliseconds from the first byte sent to the last byte read. */
  readonly timeout: number;
  /** Bytes of body that are read at most. */
  readonly maxBytes: number;
  /** True where the beginning of a larger body will do; otherwise it is a failure. */
  readonly cut?: boolean;
  /** In place of {@link plainFetch}. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Sends a request and reads the whole answer as UTF-8 text. Never throws for what a server or a network does. The detail
 * of a failure names no path and no query, since those can be secrets.
 */
export async function boundedFetch(url: string, request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer> {
  const controller = new AbortController();
  let overdue = false;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<HttpAnswer>((resolve) => {
    timer = setTimeout(() => {
      overdue = true;
      controller.abort();
      resolve(lateAnswer(limits.timeout));
    }, limits.timeout);
  });
  const exchange = async (): Promise<HttpAnswer> => {
    try {
      const response = await (limits.fetch ?? plainFetch)(url, {
        method: request.method,
        redirect: 'manual',
        signal: controller.signal,
        ...(request.headers === undefined ? {} : { headers: request.headers }),
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      const { body, larger } = await readCapped(response, limits.maxBytes);
      if (larger) controller.abort();
      if (larger && limits.cut !== true) {
        return { ok: false, reason: 'too-large', detail: `the answer is larger than ${limits.maxBytes} bytes` };
      }
      const headers = Object.fromEntries(response.headers);
      return { ok: true, status: response.status, location: headers.location, headers, body };
    } catch (error) {
      if (overdue) return lateAnswer(limits.timeout);
      return { ok: false, reason: 'unreachable', detail: detailOf(error, url) };
    }
  };
  try {
    // The race ends the wait even where a body does not heed the abort.
    return await Promise.race([exchange(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** A server that does not take a client certificate closes the connection, with TLS 1.3 only after the request was sent. */
function detailOf(error: unknown, url: string): string {
  const detail = describeNetworkError(error);
  return url.startsWith('https:') && detail === NETWORK_ERRORS.UND_ERR_SOCKET
    ? `${detail}; it may want a client certificate, or refuse the one that it was shown`
    : detail;
}

function lateAnswer(timeout: number): HttpAnswer {
  return { ok: false, reason: 'timeout', detail: `no complete answer within ${formatSpan(timeout)}` };
}

async function readCapped(response: Response, maxBytes: number): Promise<{ body: string; larger: boolean }> {
  if (response.body === null) return { body: '', larger: false };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader();
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { body: Buffer.concat(chunks, size).toString('utf8'), larger: false };
    size += value.byteLength;
    chunks.push(value);
  }
  return { body: Buffer.concat(chunks, maxBytes).toString('utf8'), larger: true };
}

/** The system's words for a network failure: fetch itself says only that it failed and hides the reason in `cause`. */
export function describeNetworkError(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof NotReached) return at.message;
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return NETWORK_ERRORS[code] ?? `the connection failed (${code})`;
    const inner = (at as { errors?: unknown }).errors;
    if (Array.isArray(inner) && inner.length > 0) return describeNetworkError(inner[0]);
  }
  return 'the connection failed';
}

const NETWORK_ERRORS: Readonly<Record<string, string>> = byName({
  ECONNREFUSED: 'the connection was refused (ECONNREFUSED)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  UND_ERR_SOCKET: 'the server closed the connection before its answer was complete',
  ENOTFOUND: 'the host name does not resolve (ENOTFOUND)',
  EAI_AGAIN: 'the host name could not be resolved just now (EAI_AGAIN)',
  EHOSTUNREACH: 'there is no route to the host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no network route (ENETUNREACH)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate is not signed by a known authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is not signed by a known authority',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate, and was shown none',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know who signed the client certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it refuses the client certificate',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
});
