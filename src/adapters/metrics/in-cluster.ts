import { type Observer, observersIn } from '../../domain/kubernetes/observers.ts';
import { type ServiceEndpoint, urlOf } from '../../plan/endpoint.ts';
import type { FoundObserver } from '../../ports/environments.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { isRecord, parseJson } from '../http/json.ts';
import type { KubectlCluster } from '../kubectl/cluster.ts';
import { createPrometheusMetrics } from '../prometheus/metrics.ts';

/** As many are asked whether they are what they are called. */
const MOST = 8;
const TIMEOUT_MS = 5000;
const MAX_BYTES = 1 << 20;

/** Prefixes that their charts are often given. */
const PATHS = { prometheus: ['', '/prometheus'], alertmanager: ['', '/alertmanager'] } as const;

/**
 * The metrics stores and Alertmanagers of a cluster that answer through its API server, the best first.
 * @throws RelctlError where the cluster cannot be asked
 */
export async function observersOf(
  cluster: Pick<KubectlCluster, 'services' | 'fetchOf'>,
  now: number,
): Promise<readonly FoundObserver[]> {
  const guesses = observersIn(await cluster.services()).slice(0, MOST);
  const answered = await Promise.all(guesses.map((one) => tried(cluster, one, now)));
  return answered.flatMap((one) => (one === undefined ? [] : [one]));
}

async function tried(
  cluster: Pick<KubectlCluster, 'fetchOf'>,
  observer: Observer,
  now: number,
): Promise<FoundObserver | undefined> {
  const { kind, namespace, service, port } = observer;
  for (const path of PATHS[kind]) {
    const endpoint: ServiceEndpoint = {
      via: 'kubectl',
      namespace,
      service,
      port,
      scheme: 'http',
      path,
      headers: {},
      headersFrom: {},
    };
    const url = urlOf(endpoint);
    const fetch = cluster.fetchOf(endpoint);
    if (await (kind === 'prometheus' ? isPrometheus(url, fetch, now) : isAlertmanager(url, fetch))) {
      return { ...observer, path };
    }
  }
  return undefined;
}

async function isPrometheus(url: string, send: typeof fetch, now: number): Promise<boolean> {
  return (await createPrometheusMetrics({ url, fetch: send, timeout: TIMEOUT_MS, staleAfter: 60 }).scalar('1', now)).ok;
}

async function isAlertmanager(url: string, send: typeof fetch): Promise<boolean> {
  const limits = { timeout: TIMEOUT_MS, maxBytes: MAX_BYTES, fetch: send };
  const answer = await boundedFetch(`${url}/api/v2/status`, { method: 'GET' }, limits);
  const body = answer.ok && answer.status === 200 ? parseJson(answer.body) : undefined;
  return isRecord(body) && isRecord(body.versionInfo);
}
