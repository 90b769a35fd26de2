import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Access } from './kubeconfig.ts';

/** A Kubernetes object, as loosely as the tests need it. */
export interface Resource {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** One change that a watch saw; `SYNCED` comes once after each (re)listing, when what was missed is known. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'SYNCED'; readonly objects: readonly T[] };

/** An answer of the API server that is not a success. */
export class KubeApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'KubeApiError';
    this.status = status;
  }
}

/** The API server, spoken to directly; for what plays a part of the cluster (kubelet, gateway), not for relctl. */
export interface KubeApi {
  call<T = Resource>(method: string, path: string, body?: unknown, contentType?: string): Promise<T>;
  /** Lists, then watches and relists until the signal aborts. Events come in order; errors lead to another attempt. */
  watch<T extends Resource>(path: string, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal): Promise<void>;
}

/** Opens a connection with the rights of an access. */
export function createKubeApi(access: Access): KubeApi {
  const ca = readFileSync(access.certificateAuthority);
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 32 });
  const watchAgent = new Agent({ ca });
  const headers = { authorization: `Bearer ${access.token}`, accept: 'application/json' };

  async function call<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // The length must be told: Node sends the body of a DELETE without any framing otherwise.
      const bodyHeaders =
        payload === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) };
      const outgoing = request(
        `${access.url}${path}`,
        { method, agent, headers: { ...headers, ...bodyHeaders } },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
    const text = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status >= 300) throw new KubeApiError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return (text.startsWith('{') ? JSON.parse(text) : text) as T;
  }

  async function watch<T extends Resource>(
    path: string,
    onEvent: (event: WatchEvent<T>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const list = await call<{ items: T[]; metadata: { resourceVersion: string } }>('GET', path);
        onEvent({ type: 'SYNCED', objects: list.items });
        await watchFrom(path, list.metadata.resourceVersion, onEvent, signal);
      } catch {
        // The server stopped, restarted or forgot the version: list again.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  function watchFrom<T>(
    path: string,
    version: string,
    onEvent: (event: WatchEvent<T>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${access.url}${path}?watch=1&resourceVersion=${version}`,
        { agent: watchAgent, headers, signal },
        (response) => {
          let rest = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              const event = JSON.parse(line) as { type: string; object: T };
              const { type, object } = event;
              if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') onEvent({ type, object });
              else if (type === 'ERROR') return response.destroy();
            }
            return undefined;
          });
          response.once('close', resolve);
          response.on('error', reject);
        },
      );
      outgoing.on('error', (error) => (signal.aborted ? resolve() : reject(error)));
      outgoing.end();
    });
  }

  return { call, watch };
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
