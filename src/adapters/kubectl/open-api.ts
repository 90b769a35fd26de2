import type { Api } from './api.ts';
import { createCallsApi } from './calls/api.ts';
import { createConnectionApi } from './connection/api.ts';
import { createConnection } from './connection/connection.ts';
import { startProxy } from './connection/proxy.ts';
import { withFallback } from './fallback.ts';
import { DEFAULT_DEADLINE_MS, type Kubectl, type KubectlTarget } from './kubectl.ts';

/** The API of a target as it is spoken to. */
export interface OpenApi {
  readonly api: Api;
  readonly by: () => 'connection' | 'single-calls';
  end(): void;
}

/**
 * Opens the API of a target the way that the target asks for: over a connection, which single calls stand in for where it cannot
 * be had, or by single calls alone. Nothing is started yet.
 */
export function openApi(target: KubectlTarget, kubectl: Kubectl): OpenApi {
  const calls = createCallsApi(kubectl);
  if (target.by === 'single-calls') return { api: calls, by: () => 'single-calls', end: () => undefined };
  const connection = createConnection({
    start: () => startProxy(target),
    deadline: target.deadline ?? DEFAULT_DEADLINE_MS,
    ...(target.patience === undefined ? {} : { patience: target.patience }),
    byHand: (path) => kubectl.commandLine(['get', '--raw', path]),
  });
  const tell = target.onFallback ?? (() => undefined);
  const { api, isConnected } = withFallback(createConnectionApi(connection), calls, tell);
  return { api, by: () => (isConnected() ? 'connection' : 'single-calls'), end: connection.end };
}
