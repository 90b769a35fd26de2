import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubectlCluster } from '../../src/adapters/kubectl/cluster.ts';
import type { Cluster, KubeObject } from '../../src/ports/cluster.ts';
import { type ControlPlane, mergeKubeconfigs, startControlPlane } from '../cluster/control-plane.ts';
import { type Kubelet, startKubelet } from '../cluster/kubelet.ts';
import {
  type MetricsProgram,
  type PrometheusServer,
  startAlertmanager,
  startPrometheus,
} from '../cluster/prometheus.ts';
import { type Router, startRouter } from '../cluster/router.ts';
import { startTraffic } from '../cluster/traffic.ts';
import { waitFor } from '../cluster/wait.ts';

/**
 * The cluster that the other end-to-end tests stand on must itself be what it claims: these tests prove that its pods run,
 * fail, serve, are routed to and are measured as in a real one.
 */
const NAMESPACE = 'shop';
let production: ControlPlane;
let staging: ControlPlane;
let kubelet: Kubelet;
let router: Router;
let alertmanager: MetricsProgram;
let prometheus: PrometheusServer;
let cluster: Cluster;

beforeAll(async () => {
  [production, staging] = await Promise.all([
    startControlPlane({ name: 'production' }),
    startControlPlane({ name: 'staging' }),
  ]);
  await production.createNamespace(NAMESPACE);
  const targetsFile = join(production.folder, 'targets.json');
  kubelet = await startKubelet(production, { targetsFile, targetLabels: { region: 'eu-1' }, backOffMs: 300 });
  router = await startRouter(production, kubelet, { gateway: true });
  alertmanager = await startAlertmanager();
  prometheus = await startPrometheus({ targetsFiles: [targetsFile], alertmanager: alertmanager.url });
  cluster = createKubectlCluster({
    kubeconfig: mergeKubeconfigs(join(production.folder, 'both'), [production, staging]),
    context: 'production',
    namespace: NAMESPACE,
  });
});
afterAll(async () => {
  await router?.stop();
  await kubelet?.stop();
  await Promise.all([prometheus?.stop(), alertmanager?.stop(), production?.stop(), staging?.stop()]);
});

function labels(service: string, track: string): Record<string, string> {
  return { 'app.kubernetes.io/name': service, track };
}

function deployment(name: string, service: string, track: string, image: string, more: object = {}): KubeObject {
  const container = {
    name: 'app',
    image,
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
    ...more,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels(service, track) },
      template: { metadata: { labels: labels(service, track) }, spec: { containers: [container] } },
    },
  };
}

function service(name: string, selector: Record<string, string>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

/** The waiting reason and restarts of the first container of the first pod of a service. */
async function firstContainer(of: string) {
  const [pod] = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { 'app.kubernetes.io/name': of } });
  const status = pod?.status as {
    phase?: string;
    containerStatuses?: { restartCount: number; state: { waiting?: { reason: string } } }[];
  };
  const container = status?.containerStatuses?.[0];
  return {
    pod: pod?.metadata.name ?? '',
    phase: status?.phase,
    waiting: container?.state.waiting?.reason,
    restarts: container?.restartCount ?? 0,
  };
}

describe('clusters', () => {
  it('can run side by side and are told apart by their identity', async () => {
    const other = createKubectlCluster({ kubeconfig: staging.kubeconfig, context: 'staging', namespace: 'default' });
    const [here, there] = await Promise.all([cluster.identity(), other.identity()]);
    expect(here).not.toBe(there);
  });
});

describe('pods', () => {
  it('become ready, serve over HTTP, and are replaced by those of a new version', async () => {
    const applied = await cluster.apply(deployment('api', 'api', 'stable', 'registry.example/api:1.0.0'), {
      absent: true,
    });
    const ready = () => kubelet.endpoints(NAMESPACE, labels('api', 'stable'));
    await waitFor(() => ready().length === 2, { what: 'ready pods' });
    const versions = async () =>
      Promise.all(ready().map(async ({ host, port }) => (await fetch(`http://${host}:${port}/`)).json()));
    expect(await versions()).toMatchObject([{ version: '1.0.0' }, { version: '1.0.0' }]);
    // The controller writes status while its pods become ready, so the version that was read may be past.
    await waitFor(
      async () => {
        const now = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' });
        const guard = { resourceVersion: now?.metadata.resourceVersion ?? '' };
        await cluster.apply(deployment('api', 'api', 'stable', 'registry.example/api:2.0.0'), guard);
        return true;
      },
      { what: 'apply at a version that is still the present one' },
    );
    await waitFor(
      async () => {
        const status = (await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' }))?.status as {
          updatedReplicas?: number;
          replicas?: number;
          availableReplicas?: number;
        };
        return status.updatedReplicas === 2 && status.replicas === 2 && status.availableReplicas === 2;
      },
      { what: 'completed rollout' },
    );
    await waitFor(
      async () =>
        ready().length === 2 && (await versions()).every((one) => (one as { version: string }).version === '2.0.0'),
      { what: 'pods of the new version alone' },
    );
    expect(applied.metadata.generation).toBe(1);
  });

  it('crash, restart and back off, with their last words in the log', async () => {
    await cluster.apply(deployment('crash', 'crash', 'stable', 'registry.example/web:9-crash'), { absent: true });
    await waitFor(
      async () => {
        const { waiting, restarts } = await firstContainer('crash');
        return waiting === 'CrashLoopBackOff' && restarts >= 2;
      },
      { what: 'crash loop' },
    );
    const { pod } = await firstContainer('crash');
    expect(await cluster.logs(pod, { tail: 1, previous: true })).toMatch(/^FATAL: .*\n$/);
    const whole = async () => /is starting\nFATAL/.test(await cluster.logs(pod, { tail: 10 }));
    await waitFor(whole, { what: 'whole log of a run' });
  });

  it('wait for an image that no registry has, and for a configuration that does not exist', async () => {
    await cluster.apply(deployment('gone', 'gone', 'stable', 'registry.example/web:missing'), { absent: true });
    const env = [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } }];
    const command = ['sh', '-c', 'echo "level $(LEVEL)"; sleep 60'];
    await cluster.apply(
      deployment('unset', 'unset', 'stable', 'registry.example/tool:1', { env, command, readinessProbe: undefined }),
      { absent: true },
    );
    await waitFor(async () => (await firstContainer('gone')).waiting === 'ImagePullBackOff', { what: 'back-off' });
    expect(await cluster.logs((await firstContainer('gone')).pod, { tail: 10 })).toBe('');
    await waitFor(async () => (await firstContainer('unset')).waiting === 'CreateContainerConfigError', {
      what: 'configuration error',
    });
    await cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { level: 'info' },
    });
    await waitFor(async () => (await firstContainer('unset')).phase === 'Running', { what: 'configured pod' });
    const { pod } = await firstContainer('unset');
    await waitFor(async () => (await cluster.logs(pod, { tail: 1 })) === 'level info\n', { what: 'the variable' });
  });

  it('of Jobs end as their command ends', async () => {
    const job = (name: string, script: string): KubeObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': name } },
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'job', image: 'registry.example/tool:1', command: ['sh', '-c', script] }],
          },
        },
      },
    });
    await cluster.create(job('good', 'echo migrated'));
    await cluster.create(job('bad', 'echo no such table; exit 3'));
    const conditions = async (name: string) => {
      const status = (await cluster.get({ apiVersion: 'batch/v1', kind: 'Job', name }))?.status as {
        conditions?: { type: string; status: string }[];
      };
      return (status?.conditions ?? []).filter((one) => one.status === 'True').map((one) => one.type);
    };
    await waitFor(async () => (await conditions('good')).includes('Complete'), { what: 'completed job' });
    await waitFor(async () => (await conditions('bad')).includes('Failed'), { what: 'failed job' });
    expect(await cluster.logs((await firstContainer('bad')).pod, { tail: 5 })).toBe('no such table\n');
  });

  it('go away with their Deployment, process and all', async () => {
    const name = 'api';
    const before = kubelet.endpoints(NAMESPACE, labels('api', 'stable'));
    const now = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name });
    await cluster.remove(
      { apiVersion: 'apps/v1', kind: 'Deployment', name },
      { resourceVersion: now?.metadata.resourceVersion ?? '' },
    );
    const list = () => cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { 'app.kubernetes.io/name': 'api' } });
    await waitFor(async () => (await list()).length === 0, { what: 'end of the pods' });
    for (const { host, port } of before) await expect(fetch(`http://${host}:${port}/healthz`)).rejects.toThrow();
  });
});

describe('traffic and measurements', () => {
  it('go by the weights of an HTTPRoute, and every request is counted where it went', async () => {
    await cluster.apply(deployment('web', 'web', 'stable', 'registry.example/web:1.0.0'), { absent: true });
    await cluster.apply(deployment('web-canary', 'web', 'canary', 'registry.example/web:2-bad-errors-50'), {
      absent: true,
    });
    await cluster.apply(service('web', labels('web', 'stable')), { absent: true });
    await cluster.apply(service('web-canary', labels('web', 'canary')), { absent: true });
    const route: KubeObject = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'web' },
      spec: {
        parentRefs: [{ name: 'gateway' }],
        rules: [
          {
            backendRefs: [
              { name: 'web', port: 80, weight: 90 },
              { name: 'web-canary', port: 80, weight: 10 },
            ],
          },
        ],
      },
    };
    await cluster.apply(route, { absent: true });
    await waitFor(() => kubelet.endpoints(NAMESPACE, { 'app.kubernetes.io/name': 'web' }).length === 4, {
      what: 'ready pods',
    });
    const accepted = async () => {
      const now = await cluster.get({ apiVersion: route.apiVersion, kind: 'HTTPRoute', name: 'web' });
      const status = now?.status as { parents?: { conditions: { type: string; status: string }[] }[] } | undefined;
      return status?.parents?.[0]?.conditions.every((condition) => condition.status === 'True') ?? false;
    };
    await waitFor(accepted, { what: 'accepted route' });
    // Counters that were never scraped at zero would miss their first requests in an increase.
    await waitFor(async () => (await query('count(http_requests_total{service="web",code="200"})')) === 4, {
      what: 'first scrape of all four pods',
    });

    const traffic = startTraffic({ backends: () => router.route(NAMESPACE, 'web'), rate: 200, count: 1000 });
    await traffic.done;
    const { pods, unrouted, skipped, sent } = traffic.report();
    expect({ unrouted, skipped, sent }).toEqual({ unrouted: 0, skipped: 0, sent: 1000 });
    const perPod = [...pods].map(([pod, { ok, failed, unanswered }]) => ({ pod, ok, failed, unanswered }));
    const canary = perPod.filter(({ pod }) => pod.startsWith('web-canary'));
    expect(canary.map(({ ok, failed }) => ok + failed)).toEqual([50, 50]);
    expect(perPod.map(({ unanswered }) => unanswered)).toEqual([0, 0, 0, 0]);
    const failed = canary.reduce((sum, one) => sum + one.failed, 0);
    expect(failed).toBeGreaterThan(25);
    expect(failed).toBeLessThan(75);

    await waitFor(async () => (await query('sum(http_requests_total{service="web",region="eu-1"})')) === 1000, {
      what: 'count of all requests',
    });
    expect(await query('sum(http_requests_total{service="web",track="canary",namespace="shop"})')).toBe(100);
    expect(await query('sum(http_requests_total{track="canary",code="500"})')).toBe(failed);
    expect(await query('sum(http_request_duration_seconds_count{track="stable"})')).toBe(900);
  });

  it('lead to alerts, which reach Alertmanager', async () => {
    const expr = 'sum(http_requests_total{track="canary",code="500"}) > 1';
    await prometheus.setRules(
      JSON.stringify({ groups: [{ name: 'test', rules: [{ alert: 'Errors', expr, labels: { severity: 'page' } }] }] }),
    );
    const alerts = async () =>
      (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as { labels: object }[];
    await waitFor(async () => (await alerts()).length > 0, { what: 'alert' });
    expect(await alerts()).toMatchObject([{ labels: { alertname: 'Errors', severity: 'page' } }]);
  });
});

async function query(promql: string): Promise<number | undefined> {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  const value = data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}
