import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** A request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its query. */
  readonly path: string;
  readonly body?: string;
  /** Of the body; JSON when left out. */
  readonly contentType?: string;
  /** Further headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server, or kubectl in its place, answered. */
export interface ApiAnswer {
  readonly status: number;
  /** The header `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined;
  readonly body: string;
}

/** Why there is no answer. `sent`: false when nothing can have reached the server. */
export class NoAnswer extends Error {
  readonly sent: boolean;
  constructor(message: string, sent: boolean) {
    super(message);
    this.name = 'NoAnswer';
    this.sent = sent;
  }
}

/** How a request is sent. */
export interface SendOptions {
  readonly socketPath: string;
  readonly agent: Agent | false;
  readonly signal?: AbortSignal;
  /** The name of the host; kubectl answers for `localhost` only. */
  readonly host?: string;
}

/** Sends a request through a unix socket and gives the answer as soon as its head is there. Errors: {@link NoAnswer}. */
export function open(asked: ApiRequest, { socketPath, agent, signal, host }: SendOptions): Promise<IncomingMessage> {
  const { method, path, body } = asked;
  return new Promise((resolve, reject) => {
    let connected = false;
    const headers = {
      accept: 'application/json',
      ...asked.headers,
      host: host ?? 'localhost',
      // The length must be told: Node sends the body of a DELETE without any framing otherwise.
      ...(body === undefined
        ? {}
        : { 'content-type': asked.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const options = { socketPath, agent, method, path, headers, ...(signal === undefined ? {} : { signal }) };
    const outgoing: ClientRequest = request(options, resolve);
    outgoing.once('socket', (socket) => {
      connected = !socket.connecting;
      if (socket.connecting) {
        socket.once('connect', () => {
          connected = true;
        });
      }
    });
    outgoing.on('error', (error) => reject(new NoAnswer(error.message, connected)));
    outgoing.end(body);
  });
}

/** Sends a request and reads the whole answer. Errors: {@link NoAnswer}. */
export async function send(asked: ApiRequest, options: SendOptions): Promise<ApiAnswer> {
  const response = await open(asked, options);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw new NoAnswer((error as Error).message, true);
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: retryAfterOf(response),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** The header `Retry-After` in milliseconds; the form with a date is not used by API servers. */
export function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const told = headers['retry-after'];
  const seconds = Number(told);
  return told === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds * 1000;
}
