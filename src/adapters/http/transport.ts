import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TlsFiles } from '../../plan/endpoint.ts';
import { NoCredential } from './no-credential.ts';
import { plainFetch } from './plain-fetch.ts';
import { proxiesIn } from './proxy.ts';

/** What a connection is made with. */
export interface TransportGround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that paths are relative to. */
  readonly cwd: string;
}

/**
 * The `fetch` of an endpoint: {@link plainFetch}, or one that shows a client certificate, trusts other authorities, or goes through the proxy
 * of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. The files are read when the first request is sent.
 */
export function createTransport(tls: TlsFiles | undefined, ground: TransportGround): typeof fetch {
  const proxies = proxiesIn(ground.env);
  if (tls === undefined && !proxies.httpProxy && !proxies.httpsProxy) return plainFetch;
  let opened: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    opened ??= open(tls, proxies, ground);
    opened.catch(() => {
      opened = undefined;
    });
    return (await opened)(input, init);
  };
}

async function open(
  tls: TlsFiles | undefined,
  proxies: ReturnType<typeof proxiesIn>,
  { cwd }: TransportGround,
): Promise<typeof fetch> {
  const [{ EnvHttpProxyAgent, fetch: send }, ca, cert, key] = await Promise.all([
    import('undici'),
    pem(tls?.ca, cwd),
    pem(tls?.certificate, cwd),
    pem(tls?.key, cwd),
  ]);
  const connect = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
  };
  // An empty string keeps the library from reading variables of its own accord: those that count were given.
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxies.httpProxy || '',
    httpsProxy: proxies.httpsProxy || '',
    noProxy: proxies.noProxy ?? '',
    connect,
    requestTls: connect,
  });
  return ((input: string, init: object) => send(input, { ...init, dispatcher })) as unknown as typeof fetch;
}

async function pem(path: string | undefined, cwd: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new NoCredential(`the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
