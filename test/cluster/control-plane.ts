import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAssets, minorVersion } from './assets.ts';
import { type ApiRequest, auditArguments, readAudit } from './audit-log.ts';
import { freePorts } from './free-ports.ts';
import { createKubeApi, type KubeApi } from './kube-api.ts';
import { type Access, writeKubeconfig } from './kubeconfig.ts';
import { type Running, startProgram } from './process.ts';
import { waitFor } from './wait.ts';

/** A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager. It has no nodes: see kubelet.ts. */
export interface ControlPlane {
  /** Name of the cluster, and of the context of its administrator. */
  readonly name: string;
  readonly url: string;
  /** A temporary folder of its own, removed by `stop`. */
  readonly folder: string;
  /** File with one context for the administrator and one, `<name>-<user>`, for each user. */
  readonly kubeconfig: string;
  readonly accesses: readonly Access[];
  /** The administrator's direct way in, for what plays a part of the cluster. */
  readonly api: KubeApi;
  /** The programs, to stop or pause one (SIGSTOP) as a fault. */
  readonly programs: { readonly etcd: Running; readonly apiServer: Running; readonly controllerManager: Running };
  /** Certificate and key of the API server; the kubelet stand-in serves with them too. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** What the API server was asked and how it answered, oldest first; empty without {@link ControlPlaneOptions.audit}. */
  requests(): readonly ApiRequest[];
  createNamespace(name: string): Promise<void>;
  /** Starts the API server anew at the same address, after it was ended as a fault; its data is etcd's. */
  restartApiServer(): Promise<void>;
  /** Lets a user do these things in a namespace, by a Role and its binding. */
  allow(user: string, namespace: string, rules: readonly PolicyRule[]): Promise<void>;
  stop(): Promise<void>;
}

/** What a Role allows, as in rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What a control plane may be started with. */
export interface ControlPlaneOptions {
  readonly name?: string;
  /** Users beside the administrator; without {@link ControlPlane.allow} they may do nothing. */
  readonly users?: readonly string[];
  /** Keeps a log of all requests. */
  readonly audit?: boolean;
  /** Controllers beside the usual ones. */
  readonly controllers?: readonly string[];
  /** Features of the API server that are switched on or off. */
  readonly features?: Readonly<Record<string, boolean>>;
}

const CONTROLLERS = [
  'deployment',
  'replicaset',
  'statefulset',
  'daemonset',
  'disruption',
  'namespace',
  'garbagecollector',
  'job',
  'ttl-after-finished',
  'horizontalpodautoscaling',
  'resourcequota',
];

/** The minor version that no longer has the flag that closes the old port, which was open by default. */
const INSECURE_PORT_GONE = 24;

/**
 * Starts a control plane; several can run at once. It takes about five seconds.
 * @throws Error with the end of the log of the program that failed
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const name = options.name ?? 'relctl-e2e';
  const assets = findAssets();
  const folder = mkdtempSync(join(tmpdir(), 'relctl-cluster-'));
  const started: Running[] = [];
  const stop = async () => {
    for (const program of [...started].reverse()) {
      if (program.child.signalCode === null) program.child.kill('SIGCONT');
      await program.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [clientPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
    const url = `https://127.0.0.1:${apiPort}`;
    const certificates = join(folder, 'certificates');
    const certificate = { cert: join(certificates, 'apiserver.crt'), key: join(certificates, 'apiserver.key') };
    const access = (context: string): Access => ({
      context,
      url,
      certificateAuthority: certificate.cert,
      token: randomBytes(16).toString('hex'),
    });
    const admin = access(name);
    const users = (options.users ?? []).map((user) => ({ user, access: access(`${name}-${user}`) }));
    const start = async (program: keyof typeof assets, args: readonly string[]) => {
      const running = await startProgram(assets[program], args, { log: join(folder, `${program}.log`) });
      started.push(running);
      return running;
    };

    const etcd = await start('etcd', etcdArguments(join(folder, 'etcd'), clientPort, peerPort));
    writeFileSync(
      join(folder, 'tokens.csv'),
      [
        `${admin.token},admin,admin,"system:masters"`,
        ...users.map(({ user, access: { token } }) => `${token},${user},${user}`),
      ].join('\n'),
      { mode: 0o600 },
    );
    writeServiceAccountKeys(folder);
    const auditLog = options.audit === true ? join(folder, 'audit.log') : undefined;
    const apiArguments = [
      ...apiServerArguments(folder, certificates, clientPort, apiPort),
      ...(auditLog === undefined ? [] : auditArguments(folder, auditLog)),
      ...Object.entries(options.features ?? {}).map(([name, isOn]) => `--feature-gates=${name}=${isOn}`),
    ];
    let apiServer = await start('kube-apiserver', apiArguments);
    const untilReady = () =>
      waitFor(async () => (await api.call<string>('GET', '/readyz')) === 'ok', {
        what: 'ready API server',
        programs: [apiServer, etcd],
      });
    await waitFor(() => existsSync(certificate.cert) && existsSync(certificate.key), {
      what: 'certificate of the API server',
      programs: [apiServer, etcd],
    });
    const accesses = [admin, ...users.map((user) => user.access)];
    const kubeconfig = writeKubeconfig(join(folder, 'kubeconfig'), accesses);
    const api = createKubeApi(admin);
    await untilReady();
    await waitFor(async () => (await api.call('GET', '/api/v1/namespaces/default')).metadata.name === 'default', {
      what: 'default namespace',
      programs: [apiServer, etcd],
    });
    const insecurePort = minorVersion(assets['kube-controller-manager']) < INSECURE_PORT_GONE ? ['--port=0'] : [];
    const controllerManager = await start('kube-controller-manager', [
      ...controllerManagerArguments(folder, admin, [...CONTROLLERS, ...(options.controllers ?? [])]),
      ...insecurePort,
    ]);
    await untilControllersWork(api, [apiServer, controllerManager]);

    return {
      name,
      url,
      folder,
      kubeconfig,
      accesses,
      api,
      certificate,
      programs: {
        etcd,
        controllerManager,
        get apiServer() {
          return apiServer;
        },
      },
      async restartApiServer() {
        await apiServer.stop();
        apiServer = await start('kube-apiserver', apiArguments);
        await untilReady();
      },
      requests: () => (auditLog === undefined ? [] : readAudit(auditLog)),
      async createNamespace(namespace) {
        await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
      },
      allow: (user, namespace, rules) => allow(api, user, namespace, rules),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes one kubeconfig with the contexts of several control planes. */
export function mergeKubeconfigs(file: string, planes: readonly ControlPlane[]): string {
  return writeKubeconfig(
    file,
    planes.flatMap((plane) => plane.accesses),
  );
}

function etcdArguments(folder: string, clientPort: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${folder}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiServerArguments(folder: string, certificates: string, etcdPort: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${certificates}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    // Nobody reaches the server by this address (TEST-NET-1); a loopback one is refused, and a machine may have no other.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
    `--service-account-key-file=${join(folder, 'service-account.pub')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

function controllerManagerArguments(folder: string, admin: Access, controllers: readonly string[]): string[] {
  const file = writeKubeconfig(join(folder, 'controller-manager.kubeconfig'), [admin]);
  const kubeconfig = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...kubeconfig, 'current-context': admin.context }), { mode: 0o600 });
  return [
    `--kubeconfig=${file}`,
    '--leader-elect=false',
    `--controllers=${controllers.join(',')}`,
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

/** Has the controllers see a Deployment: a manager that ended at its start, for a flag it does not know, is noticed here. */
async function untilControllersWork(api: KubeApi, programs: readonly Running[]): Promise<void> {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { app: 'first-of-all' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'none', image: 'none' }] } };
  const spec = { replicas: 0, selector: { matchLabels: labels }, template };
  await api.call('POST', path, { metadata: { name: labels.app }, spec });
  const seen = async () => {
    const { status } = (await api.call('GET', `${path}/${labels.app}`)) as { status?: { observedGeneration?: number } };
    return status?.observedGeneration === 1;
  };
  await waitFor(seen, { what: 'controllers at work', programs });
  await api.call('DELETE', `${path}/${labels.app}`, { propagationPolicy: 'Foreground' });
  await waitFor(
    async () =>
      (await api.call<{ items: unknown[] }>('GET', '/apis/apps/v1/replicasets?labelSelector=app%3Dfirst-of-all')).items
        .length === 0,
    { what: 'garbage collector at work', programs },
  );
}

function writeServiceAccountKeys(folder: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(join(folder, 'service-account.pub'), publicKey);
  writeFileSync(join(folder, 'service-account.key'), privateKey, { mode: 0o600 });
}

async function allow(api: KubeApi, user: string, namespace: string, rules: readonly PolicyRule[]): Promise<void> {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const role = await api.call('POST', `${path}/roles`, { metadata: { generateName: `${user}-` }, rules });
  await api.call('POST', `${path}/rolebindings`, {
    metadata: { name: role.metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
  });
}
