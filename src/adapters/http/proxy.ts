import type { Duplex } from 'node:stream';

/** The proxy that a connection goes through, by the variables that programs have in common. */

type Env = Readonly<Record<string, string | undefined>>;

/** Values of HTTP_PROXY, HTTPS_PROXY and NO_PROXY; lower case wins, as in curl. */
export function proxiesIn(env: Env): {
  readonly httpProxy: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
} {
  return {
    httpProxy: env.http_proxy || env.HTTP_PROXY,
    httpsProxy: env.https_proxy || env.HTTPS_PROXY,
    noProxy: env.no_proxy ?? env.NO_PROXY,
  };
}

/**
 * The proxy for a connection that is not HTTP, such as mail: HTTPS_PROXY, unless NO_PROXY names the host, one of its domains, or `*`. What
 * stays on this machine needs none.
 */
export function tunnelFor(host: string, port: number, env: Env): string | undefined {
  const { httpsProxy, noProxy = '' } = proxiesIn(env);
  if (!httpsProxy || isLoopback(host)) return undefined;
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && isFor(entry, host.toLowerCase(), port))
    ? undefined
    : httpsProxy;
}

function isFor(entry: string, host: string, port: number): boolean {
  const { name = '', only } = /^(?<name>.*?)(?::(?<only>\d+))?$/.exec(entry.toLowerCase())?.groups ?? {};
  if (only !== undefined && Number(only) !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return name === '*' || host === domain || host.endsWith(`.${domain}`);
}

/** True for a host that is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Has a proxy connect to a host (CONNECT, RFC 9110, section 9.3.6).
 * @throws Error whose message says what the proxy answered; it names no password
 */
export async function openTunnel(proxy: string, host: string, port: number, signal: AbortSignal): Promise<Duplex> {
  const { Client } = await import('undici');
  const { origin, username, password } = new URL(proxy);
  const client = new Client(origin);
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const login = username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { statusCode, socket } = await client.connect({ path, headers: { host: path, ...login }, signal });
  if (statusCode === 200) return socket;
  socket.destroy();
  throw new TunnelRefused(`the proxy ${new URL(proxy).host} answered HTTP ${statusCode} to CONNECT`);
}

/** A proxy that does not connect. */
export class TunnelRefused extends Error {}
