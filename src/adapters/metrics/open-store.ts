import { RelctlError } from '../../errors.ts';
import type { Config, EnvironmentName } from '../../plan/config.ts';
import { durationSeconds } from '../../plan/duration.ts';
import { asEndpoint } from '../../plan/endpoint.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { METRIC_STORES } from './registry.ts';
import type { MetricGround } from './store.ts';

/**
 * The metrics store of an environment: `metrics: { store: … }`, or `prometheus: <url>` for short.
 * @throws RelctlError `config.invalid` where none is named, or one that relctl does not have
 */
export function openMetricStore(
  config: Config,
  environment: EnvironmentName,
  ground: Omit<MetricGround, 'staleAfter'>,
  stores = METRIC_STORES,
): Metrics {
  const { metrics, prometheus } = config.environments[environment];
  const short = prometheus === undefined ? undefined : { store: 'prometheus', ...asEndpoint(prometheus) };
  const settings = metrics ?? short;
  if (settings === undefined) throw none(environment);
  const store = Object.hasOwn(stores, settings.store) ? stores[settings.store] : undefined;
  if (store === undefined) throw unknown(environment, settings.store, Object.keys(stores));
  return store.open(settings, { ...ground, staleAfter: durationSeconds(config.metrics.staleAfter) });
}

function none(environment: string): RelctlError {
  return new RelctlError('config.invalid', `relctl.yaml names no metrics store for ${environment}`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: [`environments.${environment}.prometheus: http://prometheus.example.com:9090`],
  });
}

function unknown(environment: string, store: string, known: readonly string[]): RelctlError {
  return new RelctlError(
    'config.invalid',
    `environments.${environment}.metrics names a store ${store} that relctl does not have`,
    {
      place: { file: 'relctl.yaml' },
      why: 'Without measurements nothing can be judged, and no data is never a pass.',
      hints: [`stores that it has: ${known.join(', ')}`],
    },
  );
}
