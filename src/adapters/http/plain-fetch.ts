import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** What is used of a `Response`. */
interface PlainResponse {
  readonly status: number;
  /** By lower-case name, in alphabetical order. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: PlainBody | null;
}

interface PlainBody {
  getReader(): { read(): Promise<IteratorResult<Uint8Array, undefined>> };
  cancel(): Promise<void>;
}

/**
 * A `fetch` by Node's own client, for endpoints that need no certificate and no proxy. Node's `fetch` parses answers by WebAssembly, which takes
 * 15 MB, and 40 until it is compiled, of a run that has a hundred. Redirects are not followed, and of an answer there are status, headers and body.
 */
export const plainFetch = (async (input: string | URL, init: RequestInit = {}): Promise<PlainResponse> => {
  const url = new URL(input);
  const method = init.method ?? 'GET';
  try {
    return await send(url, method, init);
  } catch (error) {
    // A server closes connections that rest, and what was sent on one just then has not come to it.
    if (!(error instanceof ClosedAtRest) || (method !== 'GET' && method !== 'HEAD')) throw error;
    return await send(url, method, init);
  }
}) as unknown as typeof fetch;

/** A server closed the connection before its answer was complete; the code is that of Node's `fetch`. */
class Closed extends Error {
  readonly code = 'UND_ERR_SOCKET';
}

/** The same on a connection that had been used before, without any answer. */
class ClosedAtRest extends Closed {}

function send(url: URL, method: string, init: RequestInit): Promise<PlainResponse> {
  const body = typeof init.body === 'string' ? init.body : undefined;
  const headers = {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'user-agent': 'node',
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...lowerCase(init.headers as Readonly<Record<string, string>> | undefined),
  };
  const signal = init.signal ? { signal: init.signal } : {};
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, ...signal }, (response) => resolve(answerOf(response, method)));
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      const isAtRest = outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      reject(isAtRest ? new ClosedAtRest(error.message) : told(error));
    });
    outgoing.end(body);
  });
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Statuses whose answers have no body (fetch standard, "null body status"). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

function answerOf(response: IncomingMessage, method: string): PlainResponse {
  const status = response.statusCode ?? 0;
  const headers = new Map(
    Object.entries(response.headers)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  if (method === 'HEAD' || WITHOUT_BODY.has(status)) {
    response.resume();
    return { status, headers, body: null };
  }
  const body: PlainBody = {
    getReader() {
      const chunks = chunksOf(response, headers.get('content-encoding'));
      return { read: () => chunks.next() };
    },
    async cancel() {
      response.destroy();
    },
  };
  return { status, headers, body };
}

async function* chunksOf(
  response: IncomingMessage,
  encoding: string | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  const isPacked = /^(x-)?gzip$/i.test(encoding ?? '');
  const content = isPacked ? pipeline(response, createGunzip(), () => undefined) : response;
  try {
    for await (const chunk of content) yield chunk as Uint8Array;
  } catch (error) {
    throw told(error as NodeJS.ErrnoException);
  }
}

function told(error: NodeJS.ErrnoException): Error {
  const isCut = ['socket hang up', 'aborted'].includes(error.message) || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
  return isCut ? new Closed(error.message, { cause: error }) : error;
}
