import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { newestInCache } from './assets.ts';
import type { ControlPlane } from './control-plane.ts';
import { freePorts } from './free-ports.ts';
import { startProgram } from './process.ts';
import type { Backend } from './router.ts';
import { waitFor } from './wait.ts';

/** A real gateway: Traefik as the controller of Gateway API's kinds and of the Ingress annotations of ingress-nginx, and its own data plane. */
export interface Traefik {
  /** What a request is sent to, to go through the gateway. */
  readonly entrance: Backend;
  stop(): Promise<void>;
}

/** Name of the Gateway that {@link startTraefik} makes in each namespace. */
export const GATEWAY_NAME = 'public';

const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';

/** Installs the standard CRDs of Gateway API and starts Traefik, with a Gateway in each of the namespaces. */
export async function startTraefik(plane: ControlPlane, namespaces: readonly string[]): Promise<Traefik> {
  const folder = newestInCache('gateway', ['traefik', 'crds'], 'scripts/setup-gateway.sh');
  const { api } = plane;
  await installGatewayApi(plane, join(folder, 'crds'));
  const [port = 0] = await freePorts(1);
  const [admin] = plane.accesses;
  if (admin === undefined) throw new Error(`${plane.name} has no administrator`);
  await api.call('POST', `${GATEWAY_API}/gatewayclasses`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'traefik' },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  });
  await api.call('POST', '/apis/networking.k8s.io/v1/ingressclasses', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
  for (const namespace of namespaces) {
    const listener = { name: 'web', protocol: 'HTTP', port, allowedRoutes: { namespaces: { from: 'Same' } } };
    await api.call('POST', `${GATEWAY_API}/namespaces/${namespace}/gateways`, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: GATEWAY_NAME },
      spec: { gatewayClassName: 'traefik', listeners: [listener] },
    });
  }
  const provider = (name: string) => [
    `--providers.${name}.endpoint=${plane.url}`,
    `--providers.${name}.token=${admin.token}`,
    `--providers.${name}.certauthfilepath=${admin.certificateAuthority}`,
  ];
  const program = await startProgram(
    join(folder, 'traefik'),
    [
      `--entrypoints.web.address=127.0.0.1:${port}`,
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--log.level=INFO',
      ...provider('kubernetesgateway'),
      ...provider('kubernetesingressnginx'),
    ],
    { log: join(plane.folder, 'traefik.log') },
  );
  const stop = () => program.stop();
  try {
    for (const namespace of namespaces) {
      await waitFor(() => isProgrammed(plane, namespace), { what: `Gateway in ${namespace}`, programs: [program] });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const endpoint = { pod: 'traefik', labels: {}, host: '127.0.0.1', port };
  return { entrance: { name: 'traefik', weight: 1, endpoints: () => [endpoint] }, stop };
}

async function isProgrammed({ api }: ControlPlane, namespace: string): Promise<boolean> {
  const gateway = await api.call('GET', `${GATEWAY_API}/namespaces/${namespace}/gateways/${GATEWAY_NAME}`);
  const { conditions = [] } = (gateway.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Programmed' && status === 'True');
}

async function installGatewayApi({ api }: ControlPlane, folder: string): Promise<void> {
  if (!existsSync(folder)) throw new Error(`no CRDs in ${folder}; get them with: scripts/setup-gateway.sh`);
  for (const file of readdirSync(folder)) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const object = document.toJS() as { kind?: string } | null;
      if (object?.kind !== 'CustomResourceDefinition') continue;
      await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', object);
    }
  }
  await waitFor(
    async () => {
      for (const kind of ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes']) {
        await api.call('GET', `${GATEWAY_API}/${kind}`);
      }
      return true;
    },
    { what: 'kinds of Gateway API' },
  );
}
