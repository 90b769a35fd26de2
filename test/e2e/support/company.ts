import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createKubectlCluster } from '../../../src/adapters/kubectl/cluster.ts';
import { withoutServerFields } from '../../../src/domain/kubernetes/manifests.ts';
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { type Kubelet, startKubelet } from '../../cluster/kubelet.ts';
import { POD_NETWORK, requireOwnNetwork } from '../../cluster/own-network.ts';
import { type PrometheusServer, startPrometheus } from '../../cluster/prometheus.ts';
import { type Router, startRouter } from '../../cluster/router.ts';
import { startTraefik, type Traefik } from '../../cluster/traefik.ts';
import { waitFor } from '../../cluster/wait.ts';
import { isProductObject } from './own-objects.ts';
import { makeProduct, type Product, STABLE_REPLICAS } from './product.ts';

const RELCTL = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../../bin/relctl.js', import.meta.url));
const POLICY = fileURLToPath(new URL('../../../templates/process/standard-3.0.yaml', import.meta.url));

/** The controller that tells a gateway where pods are. */
const ENDPOINT_SLICES = 'endpointslice-controller';

/** People of the company. */
export const PEOPLE = {
  pm: 'priya@example.com',
  lead: 'ravi@example.com',
  ops: 'olga@example.com',
  qa: 'quinn@example.com',
  cab: 'carol@example.com',
};

/** A real company in small: a control plane with pods that run, a Prometheus, a repository, and relctl. */
export interface Company {
  readonly plane: ControlPlane;
  readonly kubelet: Kubelet;
  readonly router: Router;
  /** The real gateway, where there is one. */
  readonly gateway: Traefik | undefined;
  readonly prometheus: PrometheusServer;
  readonly product: Product;
  cluster(namespace: string): Cluster;
  /** Runs relctl as a process of its own. */
  relctl(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Result>;
  /** The phase and events that stand in a plan's file. */
  history(id: string): { readonly phase: string; readonly events: readonly RecordedLine[] };
  /** Everything that a release could touch in a namespace, as YAML would show it, server-set fields aside. */
  contents(namespace: string): Promise<readonly KubeObject[]>;
  stop(): Promise<void>;
}

/** How a relctl process ended. */
export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An event as it lies in the file. */
export interface RecordedLine {
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What varies between the companies of the tests. */
export interface CompanyOptions {
  /** Namespaces that production runs in; several make regions. */
  readonly regions?: readonly string[];
  /** Seconds of bake that the policy allows as the least. */
  readonly minBake?: string;
  /** Replicas of `web` in production, in each region. */
  readonly replicas?: number;
  /** What divides the requests of `web`, as relctl.yaml says it. */
  readonly traffic?: Readonly<Record<string, string>>;
  /** Another store that its Prometheus also asks. */
  readonly remoteRead?: string;
  /** Whether requests go through a real gateway, which needs a network of its own, or where the stand-in for one says. */
  readonly realGateway?: boolean;
  /** Path of the relctl that is run; the one that is shipped when left out. */
  readonly program?: string;
}

/** Starts a company that runs version 1.0.0 in production. */
export async function startCompany(options: CompanyOptions = {}): Promise<Company> {
  const { realGateway = false } = options;
  if (realGateway) requireOwnNetwork();
  const plane = await startControlPlane({ name: 'e2e', ...(realGateway ? { controllers: [ENDPOINT_SLICES] } : {}) });
  const namespaces = options.regions ?? ['shop'];
  const replicas = options.replicas ?? STABLE_REPLICAS;
  for (const namespace of ['shop-staging', ...namespaces]) await plane.createNamespace(namespace);
  const targetsFile = join(plane.folder, 'targets.json');
  const kubelet = await startKubelet(plane, {
    targetsFile,
    backOffMs: 300,
    ...(realGateway ? { podNetwork: POD_NETWORK, graceMs: 10_000 } : {}),
  });
  const router = await startRouter(plane, kubelet, { gateway: !realGateway });
  const gateway = realGateway ? await startTraefik(plane, namespaces) : undefined;
  const { remoteRead, program = RELCTL } = options;
  const prometheus = await startPrometheus({
    targetsFiles: [targetsFile],
    ...(remoteRead === undefined ? {} : { remoteRead }),
  });
  const cluster = (namespace: string) =>
    createKubectlCluster({ kubeconfig: plane.kubeconfig, context: 'e2e', namespace });
  const uid = await cluster('default').identity();
  const root = mkdtempSync(join(tmpdir(), 'relctl-product-'));
  const product = makeProduct(
    root,
    {
      'relctl.yaml': config({
        uid,
        kubeconfig: plane.kubeconfig,
        prometheus: prometheus.url,
        namespaces,
        traffic: options.traffic,
      }),
      'relctl/process/standard-3.0.yaml': policy(options.minBake ?? '20s'),
      'hooks/record.sh': '#!/bin/sh\nmkdir -p .relctl && (cat; echo) >> .relctl/notifications.ndjson\n',
    },
    replicas,
  );
  for (const namespace of ['shop-staging', ...namespaces]) {
    const file = join(root, namespace === 'shop-staging' ? 'deploy/staging/web.yaml' : 'deploy/production/web.yaml');
    execFileSync(
      'kubectl',
      ['--kubeconfig', plane.kubeconfig, '--context', 'e2e', '-n', namespace, 'apply', '-f', file],
      { stdio: 'pipe' },
    );
  }
  for (const namespace of namespaces) {
    await waitFor(() => kubelet.endpoints(namespace, { 'app.kubernetes.io/name': 'web' }).length === replicas, {
      what: `pods in ${namespace}`,
    });
  }
  return {
    plane,
    kubelet,
    router,
    gateway,
    prometheus,
    product,
    cluster,
    relctl: (args, env) => runRelctl(program, root, args, env),
    history(id) {
      const { status } = parse(readFileSync(join(root, 'releases', `${id}.yaml`), 'utf8')) as {
        status: { phase: string; events: RecordedLine[] };
      };
      return status;
    },
    async contents(namespace) {
      const kinds = [
        ['apps/v1', 'Deployment'],
        ['v1', 'Service'],
        ['v1', 'ConfigMap'],
        ['v1', 'Secret'],
        ['batch/v1', 'Job'],
        ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
        ['networking.k8s.io/v1', 'Ingress'],
        ['autoscaling/v1', 'HorizontalPodAutoscaler'],
      ] as const;
      const lists = await Promise.all(kinds.map(([apiVersion, kind]) => cluster(namespace).list({ apiVersion, kind })));
      return lists.flat().filter(isProductObject).map(withoutServerFields);
    },
    async stop() {
      await gateway?.stop();
      await router.stop();
      await kubelet.stop();
      await Promise.all([prometheus.stop(), plane.stop()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function runRelctl(
  program: string,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...process.env, RELCTL_TRUST_COMMANDS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

interface ConfigFacts {
  readonly uid: string;
  readonly kubeconfig: string;
  readonly prometheus: string;
  readonly namespaces: readonly string[];
  readonly traffic: Readonly<Record<string, string>> | undefined;
}

function config({ uid, kubeconfig, prometheus, namespaces, traffic }: ConfigFacts): string {
  const target = (namespace: string) => ({ context: 'e2e', namespace, clusterUid: uid });
  const [first = 'shop'] = namespaces;
  const regions =
    namespaces.length < 2
      ? []
      : namespaces.map((namespace, index) => ({
          name: namespace,
          ...target(namespace),
          critical: index > 0,
          matcher: `namespace="${namespace}"`,
        }));
  return JSON.stringify(
    {
      apiVersion: 'relctl/v1',
      kind: 'Config',
      platform: 'kubernetes',
      environments: {
        staging: { ...target('shop-staging'), kubeconfig, prometheus },
        production: { ...target(first), kubeconfig, prometheus, regions },
      },
      services: {
        web: {
          paths: ['web/**'],
          ...(traffic === undefined ? {} : { traffic }),
          manifests: { staging: ['deploy/staging/web.yaml'], production: ['deploy/production/web.yaml'] },
        },
      },
      notifications: [{ kind: 'command', name: 'record', command: ['sh', 'hooks/record.sh'] }],
    },
    null,
    2,
  );
}

/** The company's policy: the standard process with shorter times; nothing else differs. */
function policy(minBake: string): string {
  return readFileSync(POLICY, 'utf8')
    .replace(/cab: 7.*/, 'cab: 0')
    .replace(/minimumMembers: .*/, 'minimumMembers: 1')
    .replace(/staging: 3.*/, 'staging: 0')
    .replace(/minBake: .*/, `minBake: ${minBake}`)
    .replace(/warmup: .*/, 'warmup: 0s')
    .replace(/minimumRequests: .*/, 'minimumRequests: 200')
    .replace(/lockSeconds: .*/, 'lockSeconds: 10');
}
