import { createPrometheusAlerts } from '../adapters/alertmanager/alerts.ts';
import { createRegionalAlerts } from '../adapters/alertmanager/by-region.ts';
import type { exec } from '../adapters/exec.ts';
import { createEndpointFetch } from '../adapters/http/login.ts';
import { createKubectlCluster, type KubectlCluster } from '../adapters/kubectl/cluster.ts';
import { createRegionalMetrics } from '../adapters/metrics/by-region.ts';
import { observersOf } from '../adapters/metrics/in-cluster.ts';
import { isObserved, type Observed, openMetricStore } from '../adapters/metrics/open-store.ts';
import { RelctlError } from '../errors.ts';
import type { Config, EnvironmentName } from '../plan/config.ts';
import { durationSeconds } from '../plan/duration.ts';
import { asEndpoint, type Endpoint, type ServiceEndpoint, urlOf } from '../plan/endpoint.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { FoundObserver } from '../ports/environments.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Metrics and alerts of environments and of regions that have their own, and how their endpoints are asked. */

/** What endpoints are asked with. */
export interface ObservedGround {
  readonly config: Config;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: typeof exec;
  /** Asked before a secret is read for a login; throws where it is not. */
  readonly mayUse?: () => Promise<void>;
  clusterOf(environment: EnvironmentName, region: string | undefined): Pick<KubectlCluster, 'fetchOf' | 'services'>;
}

type AnyEndpoint = Endpoint | ServiceEndpoint;

/** How long one answer of Prometheus or Alertmanager may take. */
const TIMEOUT_MS = 10_000;

/** Opens what observes the environments of relctl.yaml. Nothing is asked yet. */
export function openObserved(ground: ObservedGround) {
  const { config, cwd, env, exec, mayUse } = ground;
  const logins = new Map<string, typeof fetch>();

  /** One login for each endpoint of a run: a token that a program gave is asked for once. */
  function fetchOf(endpoint: AnyEndpoint, environment: EnvironmentName, region?: string): typeof fetch {
    const inside = 'via' in endpoint;
    const key = JSON.stringify([endpoint, ...(inside ? [environment, region] : [])]);
    const known = logins.get(key) ?? open(endpoint, environment, region);
    logins.set(key, known);
    return known;
  }

  function open(endpoint: AnyEndpoint, environment: EnvironmentName, region: string | undefined): typeof fetch {
    if (!('via' in endpoint)) return createEndpointFetch(endpoint, { env, cwd, exec, mayUse });
    const { headers, headersFrom } = endpoint;
    const send = ground.clusterOf(environment, region).fetchOf(endpoint);
    return createEndpointFetch({ url: urlOf(endpoint), headers, headersFrom }, { env, cwd, exec, mayUse }, send);
  }

  function reach(given: string | AnyEndpoint, environment: EnvironmentName, region?: string) {
    const endpoint = asEndpoint(given);
    const fetch = fetchOf(endpoint, environment, region);
    return { url: urlOf(endpoint), onlyGet: 'via' in endpoint, fetch };
  }

  function store(observed: Observed, place: string, environment: EnvironmentName, region?: string): Metrics {
    return openMetricStore(observed, place, {
      timeout: TIMEOUT_MS,
      staleAfter: durationSeconds(config.metrics.staleAfter),
      env,
      cwd,
      exec,
      fetchOf: (endpoint) => fetchOf(endpoint, environment, region),
    });
  }

  function metrics(environment: EnvironmentName, region?: string): Metrics {
    const whole = config.environments[environment];
    const place = `environments.${environment}`;
    const named = whole.regions.find((one) => one.name === region);
    if (named !== undefined) return store(named, `${place}.regions.${named.name}`, environment, named.name);
    const own = whole.regions.filter(isObserved);
    const rest = isObserved(whole) || own.length === 0 || own.length < whole.regions.length;
    const all = rest ? store(whole, place, environment) : undefined;
    if (own.length === 0 && all !== undefined) return all;
    const regions = own.map((region) => ({
      name: region.name,
      matcher: region.matcher,
      metrics: store(region, `${place}.regions.${region.name}`, environment, region.name),
    }));
    return createRegionalMetrics(all, regions);
  }

  function alerts(environment: EnvironmentName): Alerts {
    const whole = config.environments[environment];
    const own = whole.regions.filter((one) => one.prometheus !== undefined || one.alertmanager !== undefined);
    const places = [whole, ...own].flatMap((one) => {
      const region = 'name' in one ? one.name : undefined;
      const { prometheus = whole.prometheus, alertmanager = whole.alertmanager } = one;
      if (prometheus === undefined) return [];
      const home = (name: 'prometheus' | 'alertmanager') => (one[name] === undefined ? undefined : region);
      const opened = createPrometheusAlerts({
        prometheus: reach(prometheus, environment, home('prometheus')),
        timeout: TIMEOUT_MS,
        ...(alertmanager === undefined ? {} : { alertmanager: reach(alertmanager, environment, home('alertmanager')) }),
      });
      return [{ name: region ?? environment, alerts: opened, routes: alertmanager !== undefined }];
    });
    const [only, ...others] = places;
    if (only === undefined) throw noPrometheus(environment);
    return others.length === 0 ? only.alerts : createRegionalAlerts(places);
  }

  /** The `fetch` of an HTTP check: with the login of the probe whose URL it begins with, the longest where there are several. */
  function probe(url: string): typeof fetch | undefined {
    const found = config.probes
      .filter((one) => isBelow(url, urlOf(one)))
      .sort((a, b) => urlOf(b).length - urlOf(a).length)[0];
    return found === undefined ? undefined : fetchOf(found, 'production');
  }

  return {
    metrics,
    alerts,
    probe,
    observers: (environment: EnvironmentName, region?: string) =>
      observersOf(ground.clusterOf(environment, region), Date.now()),
  };
}

/** How long the cluster of a repository that is being set up may take for an answer: without one it is set up all the same. */
const SETUP_DEADLINE_MS = 5000;

/** What observes the cluster of a kubectl context; nothing where it cannot be asked. */
export async function observersOfContext(context: string, namespace: string): Promise<readonly FoundObserver[]> {
  const cluster = createKubectlCluster({ context, namespace, deadline: SETUP_DEADLINE_MS });
  try {
    return await observersOf(cluster, Date.now());
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  } finally {
    cluster.end();
  }
}

/** Whether a URL is the other or below it; `https://shop.example.com.evil` is not below `https://shop.example.com`. */
function isBelow(url: string, base: string): boolean {
  if (!URL.canParse(url)) return false;
  const [one, other] = [new URL(url), new URL(base)];
  const path = other.pathname.replace(/\/+$/, '');
  return one.origin === other.origin && (one.pathname === path || one.pathname.startsWith(`${path}/`));
}

function noPrometheus(environment: string): RelctlError {
  return new RelctlError('config.invalid', `relctl.yaml names no Prometheus for ${environment}`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: [`environments.${environment}.prometheus: http://prometheus.example.com:9090`],
  });
}
