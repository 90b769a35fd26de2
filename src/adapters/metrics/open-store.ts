import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import { asEndpoint } from '../../plan/endpoint.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { METRIC_STORES } from './registry.ts';
import type { MetricGround } from './store.ts';

/** Where measurements of an environment or a region are, as relctl.yaml says. */
export type Observed = Pick<Config['environments']['production'], 'metrics' | 'prometheus'>;

/**
 * The metrics store of an environment or a region: `metrics: { store: … }`, or `prometheus: <url>` for short.
 * @param place where it stands in relctl.yaml, such as `environments.production`
 * @throws RelctlError `config.invalid` where none is named, or one that relctl does not have
 */
export function openMetricStore(
  { metrics, prometheus }: Observed,
  place: string,
  ground: MetricGround,
  stores = METRIC_STORES,
): Metrics {
  const short = prometheus === undefined ? undefined : { store: 'prometheus', ...asEndpoint(prometheus) };
  const settings = metrics ?? short;
  if (settings === undefined) throw none(place);
  const store = Object.hasOwn(stores, settings.store) ? stores[settings.store] : undefined;
  if (store === undefined) throw unknown(place, settings.store, Object.keys(stores));
  return store.open(settings, ground);
}

/** True where a metrics store is named. */
export function isObserved({ metrics, prometheus }: Observed): boolean {
  return metrics !== undefined || prometheus !== undefined;
}

function none(place: string): RelctlError {
  return new RelctlError('config.invalid', `relctl.yaml names no metrics store in ${place}`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: [`${place}.prometheus: http://prometheus.example.com:9090`],
  });
}

function unknown(place: string, store: string, known: readonly string[]): RelctlError {
  return new RelctlError('config.invalid', `${place}.metrics names a store ${store} that relctl does not have`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: [`stores that it has: ${known.join(', ')}`],
  });
}
