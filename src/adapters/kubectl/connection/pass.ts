import type { IncomingMessage } from 'node:http';
import type { Api, Passed } from '../api.ts';
import type { Connection } from './connection.ts';
import { retryAfterOf } from './http.ts';
import { ownFailure } from './status.ts';

/** As much of a refusal is read, to know whose it is. */
const MOST_BYTES = 64 * 1024;
/** Logins that are tried: kubectl asks a credential plugin anew after a 401, and a new kubectl reads the kubeconfig anew. */
const LOGINS = 3;

/** Passes requests on over a connection. A login that the API server does not accept any more is tried again, as for its own objects. */
export function createPass(connection: Connection): Api['pass'] {
  return async (request, signal): Promise<Passed> => {
    for (let logins = 1; ; logins += 1) {
      const response = await connection.open(request, signal);
      const status = response.statusCode ?? 0;
      const headers = headersOf(response);
      if (status < 400) return { status, headers, body: response };
      const body = await beginningOf(response);
      const failure = ownFailure({ status, retryAfter: retryAfterOf(response), body });
      if (failure === undefined) return { status, headers, body };
      if (status !== 401 || logins === LOGINS) throw failure;
      if (logins === LOGINS - 1) connection.renew();
    }
  };
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const told = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
