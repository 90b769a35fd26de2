import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../../src/adapters/exec.ts';
import { createKubectlCluster, type KubectlCluster } from '../../../src/adapters/kubectl/cluster.ts';
import { createHttpProbe } from '../../../src/adapters/probes/http-probe.ts';
import { openObserved } from '../../../src/composition/observed.ts';
import { type Config, configSchema } from '../../../src/plan/config.ts';
import { useItsKubectl } from '../../cluster/assets.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { writeKubeconfig } from '../../cluster/kubeconfig.ts';
import { requireOwnNetwork } from '../../cluster/own-network.ts';
import { type Running, startProgram } from '../../cluster/process.ts';
import { waitFor } from '../../cluster/wait.ts';
import { type StartedServer, startAlertmanager, startPrometheus } from '../../support/prometheus.ts';

/**
 * Metrics, alerts and HTTP checks of a cluster through its real API server (`via: kubectl`): a real Prometheus, Alertmanager and nginx
 * stand behind Services. What is in the way is no data, and says which. Kubernetes refuses loopback addresses of pods, hence the network.
 */
const NAMESPACE = 'monitoring';
const POD = '198.18.5.1';
const THE_POD = { kind: 'Pod', namespace: NAMESPACE, name: 'all' };
const folder = mkdtempSync(join(tmpdir(), 'relctl-in-cluster-'));
const clusters: KubectlCluster[] = [];

let plane: ControlPlane;
let prometheus: StartedServer;
let alertmanager: StartedServer;
let nginx: Running;

const portOf = (url: string) => Number(new URL(url).port);

/** The object of the pod that the programs of this test stand for: an API server passes requests on to addresses of pods only. */
async function declarePod(): Promise<void> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
  const spec = { containers: [{ name: 'all', image: 'none' }], nodeName: 'nowhere' };
  const pod = await plane.api.call('POST', path, { metadata: { name: 'all' }, spec });
  const status = { phase: 'Running', podIP: POD, podIPs: [{ ip: POD }] };
  await plane.api.call('PUT', `${path}/all/status`, { ...pod, status });
}

/** A Service with one pod, which is a program of this test. */
async function serve(name: string, target: number | undefined, labels: Record<string, string> = {}): Promise<void> {
  const ports = [{ name: 'web', port: 80, targetPort: target ?? 9 }];
  await plane.api.call('POST', `/api/v1/namespaces/${NAMESPACE}/services`, {
    metadata: { name, labels },
    spec: { ports },
  });
  if (target === undefined) {
    // As the controller of Kubernetes leaves a Service that selects nothing.
    await plane.api.call('POST', `/api/v1/namespaces/${NAMESPACE}/endpoints`, { metadata: { name }, subsets: [] });
    return;
  }
  const slice = {
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [POD], conditions: { ready: true }, targetRef: THE_POD }],
    ports: [{ name: 'web', port: target, protocol: 'TCP' }],
  };
  await plane.api.call('POST', `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`, slice);
  // What API servers look at that do not read EndpointSlices for this.
  const subsets = [{ addresses: [{ ip: POD, targetRef: THE_POD }], ports: [{ name: 'web', port: target }] }];
  await plane.api.call('POST', `/api/v1/namespaces/${NAMESPACE}/endpoints`, { metadata: { name }, subsets });
}

beforeAll(async () => {
  requireOwnNetwork();
  useItsKubectl();
  plane = await startControlPlane({ users: ['reader', 'stranger'] });
  await plane.createNamespace(NAMESPACE);
  await plane.createNamespace('shop');
  [prometheus, alertmanager] = await Promise.all([startPrometheus({ host: POD }), startAlertmanager(POD)]);
  for (const name of ['logs', 'body', 'proxy', 'f', 'u', 's']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen ${POD}:8080;
    location /tenants/ { if ($http_x_scope_orgid != "shop") { return 403; } proxy_pass ${prometheus.url}/; }
    location /own-login/ { return 401; }
    location /page/ { default_type text/html; return 200 "<!doctype html><title>Sign in</title>"; }
    location /moved/ { return 302 /page/; }
    location /health { return 200 "up for $http_x_scope_orgid"; }
    location / { return 404; }
  }
}
`,
  );
  nginx = await startProgram('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { log: join(folder, 'log') });
  await waitFor(async () => (await fetch(`http://${POD}:8080/health`)).ok, { what: 'nginx', programs: [nginx] });
  await declarePod();
  await serve('prometheus-server', portOf(prometheus.url), { 'app.kubernetes.io/name': 'prometheus' });
  await serve('alertmanager', portOf(alertmanager.url), { 'app.kubernetes.io/name': 'alertmanager' });
  await serve('front', 8080);
  await serve('nobody', undefined, { 'operated-prometheus': 'true' });
  await serve('dead', 9);
  await plane.allow('reader', NAMESPACE, [{ apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] }]);
  await plane.allow('reader', NAMESPACE, [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }]);
  const [admin] = plane.accesses;
  if (admin === undefined) throw new Error('no way in');
  writeKubeconfig(join(folder, 'expired'), [{ ...admin, token: 'a-token-of-yesterday' }]);
}, 120_000);
afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.end();
});
afterAll(async () => {
  await nginx?.stop();
  await Promise.all([prometheus?.stop(), alertmanager?.stop()]);
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Wishes {
  readonly prometheus?: object;
  readonly alertmanager?: object;
  readonly probes?: readonly object[];
  readonly user?: string;
  readonly kubeconfig?: string;
  readonly by?: 'single-calls';
}

/** What observes production as relctl.yaml would say it. */
function open({ user, kubeconfig, by, probes, ...endpoints }: Wishes) {
  const context = user === undefined ? plane.name : `${plane.name}-${user}`;
  const target = { context, namespace: 'shop' };
  const config: Config = configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: { ...target, ...endpoints } },
    services: {},
    ...(probes === undefined ? {} : { probes }),
  });
  const cluster = createKubectlCluster({
    ...target,
    kubeconfig: kubeconfig ?? plane.kubeconfig,
    ...(by === undefined ? {} : { by }),
  });
  clusters.push(cluster);
  return openObserved({ config, cwd: folder, env: {}, exec, clusterOf: () => cluster });
}

const inside = (service: string, more: object = {}) => ({
  via: 'kubectl',
  namespace: NAMESPACE,
  service,
  port: 'web',
  ...more,
});
const one = (wishes: Wishes, query = '1') => open(wishes).metrics('production').scalar(query, Date.now());

describe('a Prometheus inside the cluster', () => {
  it.each([
    ['by the name of its port', inside('prometheus-server')],
    ['by the number of its port', inside('prometheus-server', { port: 80 })],
    ['behind a prefix, with its tenant', inside('front', { path: '/tenants', headers: { 'X-Scope-OrgID': 'shop' } })],
  ])('is read %s, by who may only get services/proxy', async (_, endpoint) => {
    expect(await one({ prometheus: endpoint, user: 'reader' })).toEqual({ ok: true, value: 1 });
  });

  it('is read with a query of many thousand characters, by one kubectl a request too', async () => {
    const query = `max(vector(1) or ${Array.from({ length: 1500 }, () => 'vector(1)').join(' or ')})`;
    const endpoint = inside('prometheus-server');
    expect(await one({ prometheus: endpoint, user: 'reader' }, query)).toEqual({ ok: true, value: 1 });
    expect(await one({ prometheus: endpoint, user: 'reader', by: 'single-calls' })).toEqual({ ok: true, value: 1 });
  });

  it.each([
    ['a login without the right', { prometheus: inside('prometheus-server'), user: 'stranger' }, 'services/proxy'],
    ['no Service of the name', { prometheus: inside('elsewhere') }, 'services "elsewhere" not found'],
    ['a Service without pods', { prometheus: inside('nobody') }, 'no endpoints available'],
    ['a pod that does not listen', { prometheus: inside('dead') }, 'connection refused'],
    ['another tenant', { prometheus: inside('front', { path: '/tenants' }) }, 'HTTP 403'],
    ['a login of its own', { prometheus: inside('front', { path: '/own-login' }) }, 'the API server does not pass on'],
    ['a login page', { prometheus: inside('front', { path: '/page' }) }, 'a web page, perhaps a login'],
    ['a redirect to one', { prometheus: inside('front', { path: '/moved' }) }, 'HTTP 302'],
    ['another prefix', { prometheus: inside('front', { path: '/none' }) }, 'HTTP 404'],
  ])('is no data with %s', async (_, wishes, detail) => {
    expect(await one(wishes)).toMatchObject({ ok: false, noData: { detail: expect.stringContaining(detail) } });
  });

  it('is no data with an expired token, whichever way it is asked', async () => {
    for (const by of [{}, { by: 'single-calls' as const }]) {
      const wishes = { prometheus: inside('prometheus-server'), kubeconfig: join(folder, 'expired'), ...by };
      expect(await one(wishes)).toMatchObject({
        ok: false,
        noData: { reason: 'unreachable', detail: expect.stringContaining('Unauthorized') },
      });
    }
  });
});

describe('what else is inside the cluster', () => {
  it('is found when it answers, and is proposed as it is read', async () => {
    const found = await open({}).observers('production');
    expect(found).toEqual([
      { kind: 'prometheus', namespace: NAMESPACE, service: 'prometheus-server', port: 'web', path: '' },
      { kind: 'alertmanager', namespace: NAMESPACE, service: 'alertmanager', port: 'web', path: '' },
    ]);
    expect(await open({ user: 'reader' }).observers('production')).toEqual(found);
    expect(await open({ user: 'stranger' }).observers('production')).toEqual([]);
  });

  it('has alerts, and takes a drill', async () => {
    const places = { prometheus: inside('prometheus-server'), alertmanager: inside('alertmanager') };
    const alerts = open(places).alerts('production');
    expect(await alerts.active()).toEqual([]);
    await alerts.inject({ alertname: 'Drill', severity: 'info' }, 'a drill', Date.now() + 60_000);
    await waitFor(async () => (await alerts.active()).some(({ name }) => name === 'Drill'), { what: 'the drill' });
    const stranger = open({ ...places, user: 'stranger' }).alerts('production');
    await expect(stranger.active()).rejects.toMatchObject({
      code: 'alerts.unreachable',
      message: expect.stringContaining('services/proxy'),
    });
  });

  it('answers HTTP checks of a plan, with the headers of relctl.yaml', async () => {
    const { probe } = open({ probes: [inside('front', { port: 80, headers: { 'X-Scope-OrgID': 'shop' } })] });
    const http = createHttpProbe({ fetchFor: probe });
    const url = `http://front.${NAMESPACE}.svc:80`;
    expect(await http.request(`${url}/health`, { timeout: 10_000 })).toMatchObject({
      status: 200,
      body: 'up for shop',
    });
    expect(await http.request(`${url}/own-login/`, { timeout: 10_000 })).toMatchObject({ status: null });
    expect(probe(`http://front.${NAMESPACE}.svc:81/health`)).toBeUndefined();
  });
});
