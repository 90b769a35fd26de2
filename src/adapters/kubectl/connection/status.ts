import { type FailureKind, RequestFailure, readFailure } from '../failure.ts';
import type { ApiAnswer } from './http.ts';

/** A `Status` (meta/v1), as the API server says no. */
interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly name?: string; readonly kind?: string };
}

/** Client-go waits as long when a server that has too much to do does not say. */
const THROTTLED_MS = 1000;

/** Sorts an answer that is not a success by what is known of the request's fate; the counterpart of reading kubectl's stderr. */
export function failureOf({ status: code, retryAfter, body }: ApiAnswer): RequestFailure {
  const status = statusIn(body);
  // What is no Status comes from kubectl, which could not reach the server, or from something between it and the server.
  if (status === undefined) return foreignFailure(code, retryAfter, body);
  const said = status.message ?? 'the API server did not say why';
  // A server-side apply of a field that no schema has, among others: a 500 without a reason is told by its text.
  if (code === 500 && !status.reason) return readFailure(said);
  const message = `(${status.reason ?? code}): ${said}`;
  const kind = kindOf(code, status);
  return new RequestFailure(kind, message, kind === 'throttled' ? { retryAfter: retryAfter ?? THROTTLED_MS } : {});
}

/**
 * What the API server said in place of what stands behind it; `undefined` where the answer is that one's own.
 * The text is that of a Service that has nobody to answer for it (k8s.io/apimachinery, pkg/util/proxy/transport.go).
 */
export function ownFailure(answer: ApiAnswer): RequestFailure | undefined {
  if (statusIn(answer.body) !== undefined) return failureOf(answer);
  return answer.body.startsWith('error trying to reach service: ')
    ? new RequestFailure('unknown', answer.body.trim().slice(0, 1000))
    : undefined;
}

function kindOf(code: number, { reason, message = '', details }: Status): FailureKind {
  if (code === 404) {
    const isObject = details?.name !== undefined && details.name !== '' && details.kind !== 'namespaces';
    return isObject && !/namespaces ".*" not found/.test(message) ? 'not-found' : 'rejected';
  }
  if (code === 409) return reason === 'AlreadyExists' ? 'exists' : 'conflict';
  // Where the object was made anew since, its UID is told to be a field that cannot change.
  if (code === 422 && message.includes('metadata.uid: Invalid value')) return 'conflict';
  if (code === 429) return 'throttled';
  if (code === 401) return 'no-access';
  return code >= 500 ? 'unknown' : 'rejected';
}

function foreignFailure(code: number, retryAfter: number | undefined, body: string): RequestFailure {
  const text = body.trim().slice(0, 1000) || `the answer was ${code}`;
  if (code === 429) return new RequestFailure('throttled', text, { retryAfter: retryAfter ?? THROTTLED_MS });
  if (code === 401) return new RequestFailure('no-access', `(Unauthorized) ${text}`);
  return readFailure(text, code >= 500 ? 'unknown' : 'rejected');
}

function statusIn(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}
