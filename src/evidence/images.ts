/**
 * What the name of an image says of the program in it: whether a product takes it from others. Registry, tag and digest are not looked at.
 */

const STORES =
  'postgres|postgis|timescaledb|pgvector|mysql|mariadb|mongo|redis|valkey|memcached|rabbitmq|kafka|cp-kafka|zookeeper|cp-zookeeper|nats|elasticsearch|opensearch|minio|clickhouse|cassandra|influxdb|couchdb|pgpool|pgbouncer|pgautoupgrade|mssql|azure-sql-edge';
/** What watches, collects, draws or browses. */
const WATCHERS =
  'grafana|prometheus|alertmanager|kube-state-metrics|heapster|kibana|logstash|fluentd|fluent-bit|filebeat|metricbeat|vector|loki|promtail|tempo|zipkin|opentelemetry-collector|otel|jaeger|flagd|selenium|chrome|chromium|mailhog|mailpit|maildev|smtp4dev';
const BESIDE =
  'localstack|mailcatcher|nginx|traefik|caddy|haproxy|keycloak|vault|consul|adminer|pgadmin4?|sonarqube|neo4j|registry|meilisearch|azurite|dynamodb';
/** Who publishes nothing else. */
const PUBLISHERS = 'jaegertracing|openzipkin|otel|grafana|prom|fluent|datalust|kube-state-metrics';
const STORE = new RegExp(
  String.raw`(^|/)((${STORES}|${WATCHERS})[^/]*|[\w.-]*exporter[^/]*)$|(^|/)(${PUBLISHERS})/`,
  'i',
);
const INFRASTRUCTURE = new RegExp(
  `(^|/)(${STORES}|${WATCHERS}|${BESIDE})[^/]*$|(^|/)(${PUBLISHERS}|istio|envoyproxy)/`,
  'i',
);
/** Names of stores and watchers with nothing added; a service that is called so is one. */
const NAMED = new RegExp(`^(${STORES}|${WATCHERS}|postgresql|mongodb|otel-?col(lector)?)$`, 'i');
/** Official images of languages, distributions and web servers: what runs in them was mounted or is fetched when it starts. */
const BASE =
  /^(docker\.io\/)?(library\/)?(alpine|busybox|ubuntu|debian|fedora|centos|bash|python|node|ruby|golang|perl|php|openjdk|eclipse-temurin|httpd|nginx|caddy|curlimages\/curl)$/;

/** Microsoft publishes its database as `mssql/server`. */
const repository = (image: string): string =>
  image
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/(^|\/)mssql\/server$/, '$1mssql');

/** True for an image that a product takes from others to store in, to talk through, or to watch itself with. */
export const isStoreImage = (image: string): boolean => STORE.test(repository(image));

/** True for a Dockerfile whose image is built upon such an image. */
export function isStoreBuild(dockerfile = ''): boolean {
  const last = [...dockerfile.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim)].at(-1)?.[1];
  return last !== undefined && isStoreImage(last);
}

/** The same as a store, or one of the programs that a product's own files configure: proxies, consoles, stand-ins. */
export const isInfrastructureImage = (image: string): boolean => INFRASTRUCTURE.test(repository(image));

/** True for an image without any program of a product in it. */
export const isBaseImage = (image: string): boolean => BASE.test(repository(image));

/** True for a service that is called exactly as a store or a watcher is: `postgresql`, `kafka`. */
export const isStoreName = (name: string): boolean => NAMED.test(name);

/** Who an image belongs to: everything before its last part, empty where it has one part; `undefined` when a template computes it. */
export function ownerOf(image: string): string | undefined {
  const name = repository(image);
  return /[{}$<>]/.test(name)
    ? undefined
    : name.slice(0, Math.max(0, name.lastIndexOf('/'))).replace(/^(index\.)?docker\.io\//, '');
}
