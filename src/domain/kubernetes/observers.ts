import type { KubeObject } from '../../ports/cluster.ts';
import type { FoundObserver } from '../../ports/environments.ts';

/**
 * A Service that may be a metrics store or an Alertmanager, by what charts and operators call theirs. Its port is a name where it has one,
 * which stays when the number changes.
 */
export type Observer = Omit<FoundObserver, 'path'>;

interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

/**
 * How Services are known, the best first: what sees all of several Prometheus before one of them, and a Service that people made before
 * the headless one of the operator. From the labels of prometheus-community's charts, the operator, kube-prometheus, Bitnami's Thanos and
 * VictoriaMetrics's charts.
 */
const KNOWN: readonly { readonly kind: Observer['kind']; readonly is: (name: string, labels: Labels) => boolean }[] = [
  { kind: 'prometheus', is: (name) => /(^|-)thanos-quer(y|ier)(-frontend)?$/.test(name) },
  { kind: 'prometheus', is: (name, labels) => chartName(labels) === 'prometheus' && !AROUND.test(name) },
  { kind: 'prometheus', is: (name) => /(^|-)prometheus(-server|-k8s)?$/.test(name) },
  { kind: 'prometheus', is: (name) => /^vmsingle-|(^|-)victoria-metrics-single-server$/.test(name) },
  { kind: 'prometheus', is: (_, labels) => labels['operated-prometheus'] === 'true' },
  { kind: 'alertmanager', is: (name, labels) => chartName(labels) === 'alertmanager' && !/headless$/.test(name) },
  { kind: 'alertmanager', is: (name) => /(^|-)alertmanager(-main)?$/.test(name) },
  { kind: 'alertmanager', is: (_, labels) => labels['operated-alertmanager'] === 'true' },
];

/** What stands around a Prometheus under its name. */
const AROUND = /alertmanager|pushgateway|exporter|operator|adapter|kube-state-metrics|headless/;

/** Ports that such a Service answers questions on, the likeliest first; others are for peers, gRPC and reloading. */
const PORTS: readonly (string | number)[] = [
  'http-web',
  'web',
  'http-query',
  'http',
  9090,
  9093,
  10902,
  8428,
  8429,
  80,
];

type Labels = Readonly<Record<string, string>>;

/** The metrics stores and Alertmanagers among the Services of a cluster, the best first. They are guesses until one has answered. */
export function observersIn(services: readonly KubeObject[]): readonly Observer[] {
  const found = services.flatMap((object) => {
    const { name, namespace = '', labels = {} } = object.metadata;
    const rank = KNOWN.findIndex(({ is }) => is(name, labels));
    const kind = KNOWN[rank]?.kind;
    const port = portOf(object);
    return kind === undefined || port === undefined ? [] : [{ rank, kind, namespace, service: name, port }];
  });
  return found
    .sort((a, b) => a.rank - b.rank || compare(a.namespace, b.namespace) || compare(a.service, b.service))
    .map(({ rank: _, ...observer }) => observer);
}

function chartName(labels: Labels): string | undefined {
  return labels['app.kubernetes.io/name'];
}

function portOf({ spec }: KubeObject): number | string | undefined {
  const ports = (spec as { readonly ports?: readonly ServicePort[] } | undefined)?.ports ?? [];
  for (const wanted of PORTS) {
    const port = ports.find((one) => one.name === wanted || one.port === wanted);
    if (port !== undefined) return port.name ?? port.port;
  }
  return undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The value that stands for it in relctl.yaml, as one line of YAML. */
export function observerEntry({ namespace, service, port, path }: FoundObserver): string {
  const prefix = path === '' ? '' : `, path: ${path}`;
  return `{ via: kubectl, namespace: ${namespace}, service: ${service}, port: ${port}${prefix} }`;
}
