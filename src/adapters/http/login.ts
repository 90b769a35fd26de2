import type { Endpoint } from '../../plan/endpoint.ts';
import { type CredentialGround, readToken, renewed, secretOf } from './credentials.ts';
import { awsKeys, signAws } from './sign-aws.ts';
import { createTransport } from './transport.ts';

/** Adds to a request what logs it in; `drop` forgets a login that was refused, where another one can be had. */
interface LogIn {
  headers(request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
  }): Promise<Record<string, string>>;
  drop?(): void;
}

/**
 * The `fetch` of an endpoint of relctl.yaml: it logs in, and asks for another token once when the one it has is refused (401). What it
 * needs and does not find fails the request before it is sent, with a `NoCredential`.
 * @param send how a request goes there; over the network when left out
 */
export function createEndpointFetch(
  endpoint: Endpoint,
  ground: CredentialGround,
  send = createTransport(endpoint.tls, ground),
): typeof fetch {
  const { login, headers, headersFrom } = endpoint;
  if (login === undefined && Object.keys(headers).length + Object.keys(headersFrom).length === 0) return send;
  const logIn = logInOf(endpoint, ground);
  const once = async (url: string, init: RequestInit): Promise<Response> => {
    const request = {
      url,
      method: init.method ?? 'GET',
      headers: {
        ...(init.headers as Record<string, string> | undefined),
        ...headers,
        ...(await secretHeaders(endpoint, ground)),
      },
      ...(typeof init.body === 'string' ? { body: init.body } : {}),
    };
    return send(url, { ...init, headers: { ...request.headers, ...(await logIn.headers(request)) } });
  };
  return async (input, init = {}) => {
    const response = await once(String(input), init);
    if (response.status !== 401 || logIn.drop === undefined) return response;
    await response.body?.cancel();
    logIn.drop();
    return once(String(input), init);
  };
}

async function secretHeaders({ headersFrom }: Endpoint, ground: CredentialGround): Promise<Record<string, string>> {
  const entries = Object.entries(headersFrom).map(
    async ([name, from]) => [name, await secretOf(from, ground)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function logInOf({ login }: Endpoint, ground: CredentialGround): LogIn {
  switch (login?.kind) {
    case undefined:
      return { headers: async () => ({}) };
    case 'bearer':
      return { headers: async () => ({ authorization: `Bearer ${await secretOf(login.tokenFrom, ground)}` }) };
    case 'basic':
      return {
        async headers() {
          const pair = `${login.user}:${await secretOf(login.passwordFrom, ground)}`;
          return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
        },
      };
    case 'token-command': {
      const now = ground.now ?? Date.now;
      const token = renewed(login.command, (stdout) => readToken(stdout, now()), ground);
      return { headers: async () => ({ authorization: `Bearer ${await token.get()}` }), drop: () => token.drop() };
    }
    case 'sigv4': {
      const keys = awsKeys(login, ground);
      return { headers: async (request) => signAws(request, await keys(), login) };
    }
  }
}
