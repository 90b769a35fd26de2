// test/cluster/control-plane.ts
import { generateKeyPairSync, randomBytes } from 'node:crypto';
// test/cluster/assets.ts
import {
  existsSync,
  existsSync as existsSync2,
  mkdtempSync,
  readFileSync as readFileSync3,
  rmSync,
  writeFileSync as writeFileSync2,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, join as join2 } from 'node:path';

var PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
function findAssets() {
  const cache = process.env.RELCTL_E2E_CACHE ?? join(homedir(), '.cache', 'relctl-e2e');
  for (const folder of [process.env.KUBEBUILDER_ASSETS, join(cache, 'bin')]) {
    if (folder !== void 0 && PARTS.every((part) => existsSync(join(folder, part)))) {
      return Object.fromEntries(PARTS.map((part) => [part, join(folder, part)]));
    }
  }
  throw new Error('no Kubernetes control plane on this machine; get one with: scripts/setup-control-plane.sh');
}

// test/cluster/free-ports.ts
import { createServer } from 'node:net';

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

// test/cluster/kube-api.ts
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

var KubeApiError = class extends Error {
  status;
  constructor(status, message) {
    super(message);
    this.name = 'KubeApiError';
    this.status = status;
  }
};
function createKubeApi(access) {
  const ca = readFileSync(access.certificateAuthority);
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 32 });
  const watchAgent = new Agent({ ca });
  const headers = { authorization: `Bearer ${access.token}`, accept: 'application/json' };
  async function call(method, path, body, contentType = 'application/json') {
    const payload = body === void 0 ? void 0 : JSON.stringify(body);
    const response = await new Promise((resolve, reject) => {
      const outgoing = request(
        `${access.url}${path}`,
        { method, agent, headers: payload === void 0 ? headers : { ...headers, 'content-type': contentType } },
        resolve,
      );
      outgoing.once('error', reject);
      outgoing.end(payload);
    });
    const text = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status >= 300) throw new KubeApiError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }
  async function watch(path, onEvent, signal) {
    while (!signal.aborted) {
      try {
        const list = await call('GET', path);
        onEvent({ type: 'SYNCED', objects: list.items });
        await watchFrom(path, list.metadata.resourceVersion, onEvent, signal);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  function watchFrom(path, version, onEvent, signal) {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${access.url}${path}?watch=1&resourceVersion=${version}`,
        { agent: watchAgent, headers, signal },
        (response) => {
          let rest = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              const event = JSON.parse(line);
              const { type, object } = event;
              if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') onEvent({ type, object });
              else if (type === 'ERROR') return response.destroy();
            }
            return void 0;
          });
          response.once('close', resolve);
          response.once('error', reject);
        },
      );
      outgoing.once('error', (error) => (signal.aborted ? resolve() : reject(error)));
      outgoing.end();
    });
  }
  return { call, watch };
}
async function readAll(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

// test/cluster/kubeconfig.ts
import { writeFileSync } from 'node:fs';

function writeKubeconfig(file, accesses) {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: accesses.map((access) => ({
      name: access.context,
      cluster: { server: access.url, 'certificate-authority': access.certificateAuthority },
    })),
    users: accesses.map((access) => ({ name: access.context, user: { token: access.token } })),
    contexts: accesses.map((access) => ({
      name: access.context,
      context: { cluster: access.context, user: access.context },
    })),
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 384 });
  return file;
}

// test/cluster/process.ts
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync as readFileSync2 } from 'node:fs';

async function startProgram(program, args, options) {
  const log = openSync(options.log, 'a');
  const child = spawn(program, [...args], {
    stdio: ['ignore', log, log, ...(options.ipc ? ['ipc'] : [])],
    // A group of its own: Ctrl-C in the terminal must reach the test runner alone, which then stops what it started.
    detached: true,
    ...(options.env === void 0 ? {} : { env: options.env }),
    ...(options.cwd === void 0 ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  const exited = new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  const pid = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  guard(`+${pid}`);
  void exited.then(() => guard(`-${pid}`));
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    child,
    exited,
    logTail: () => readFileSync2(options.log, 'utf8').slice(-2e3),
    async stop(graceMs = 2e3) {
      if (gone()) return;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}
var GUARDIAN = `pids=
while read -r line; do
  case $line in
    +*) pids="$pids \${line#+}" ;;
    -*) kept=; for p in $pids; do [ "$p" = "\${line#-}" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null`;
var guardian;
function guard(line) {
  if (guardian === void 0) {
    guardian = spawn('/bin/sh', ['-c', GUARDIAN], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.unref();
    guardian.stdin?.unref();
    guardian.stdin?.on('error', () => void 0);
  }
  guardian.stdin?.write(`${line}
`);
}

// test/cluster/control-plane.ts
var CONTROLLERS = [
  'deployment',
  'replicaset',
  'namespace',
  'garbagecollector',
  'job',
  'ttl-after-finished',
  'horizontalpodautoscaling',
];
var START_MS = 6e4;
async function startControlPlane(options = {}) {
  const name = options.name ?? 'relctl-e2e';
  const assets = findAssets();
  const folder = mkdtempSync(join2(tmpdir(), 'relctl-cluster-'));
  const started = [];
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
    const certificates = join2(folder, 'certificates');
    const certificate = { cert: join2(certificates, 'apiserver.crt'), key: join2(certificates, 'apiserver.key') };
    const access = (context) => ({
      context,
      url,
      certificateAuthority: certificate.cert,
      token: randomBytes(16).toString('hex'),
    });
    const admin = access(name);
    const users = (options.users ?? []).map((user) => ({ user, access: access(`${name}-${user}`) }));
    const start = async (program, args) => {
      const running = await startProgram(assets[program], args, { log: join2(folder, `${program}.log`) });
      started.push(running);
      return running;
    };
    const etcd = await start('etcd', etcdArguments(join2(folder, 'etcd'), clientPort, peerPort));
    writeFileSync2(
      join2(folder, 'tokens.csv'),
      [
        `${admin.token},admin,admin,"system:masters"`,
        ...users.map(({ user, access: { token } }) => `${token},${user},${user}`),
      ].join('\n'),
      { mode: 384 },
    );
    writeServiceAccountKeys(folder);
    const apiServer = await start('kube-apiserver', apiServerArguments(folder, certificates, clientPort, apiPort));
    await until(() => existsSync2(certificate.cert) && existsSync2(certificate.key), apiServer);
    const accesses = [admin, ...users.map((user) => user.access)];
    const kubeconfig = writeKubeconfig(join2(folder, 'kubeconfig'), accesses);
    const api = createKubeApi(admin);
    await until(() => api.call('GET', '/readyz').then((answer) => answer === 'ok'), apiServer, etcd);
    const controllerManager = await start('kube-controller-manager', controllerManagerArguments(folder, admin));
    await until(() => api.call('GET', '/api/v1/namespaces/default').then(() => true), apiServer, controllerManager);
    return {
      name,
      url,
      folder,
      kubeconfig,
      accesses,
      api,
      certificate,
      programs: { etcd, apiServer, controllerManager },
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
function etcdArguments(folder, clientPort, peerPort) {
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
function apiServerArguments(folder, certificates, etcdPort, port) {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${certificates}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    // Nobody reaches the server by this address (TEST-NET-1); a loopback one is refused, and a machine may have no other.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${join2(folder, 'service-account.key')}`,
    `--service-account-key-file=${join2(folder, 'service-account.pub')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${join2(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--kubelet-preferred-address-types=InternalIP',
  ];
}
function controllerManagerArguments(folder, admin) {
  const file = writeKubeconfig(join2(folder, 'controller-manager.kubeconfig'), [admin]);
  const kubeconfig = JSON.parse(readFileSync3(file, 'utf8'));
  writeFileSync2(file, JSON.stringify({ ...kubeconfig, 'current-context': admin.context }), { mode: 384 });
  return [
    `--kubeconfig=${file}`,
    '--leader-elect=false',
    `--controllers=${CONTROLLERS.join(',')}`,
    '--port=0',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
function writeServiceAccountKeys(folder) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync2(join2(folder, 'service-account.pub'), publicKey);
  writeFileSync2(join2(folder, 'service-account.key'), privateKey, { mode: 384 });
}
async function allow(api, user, namespace, rules) {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const role = await api.call('POST', `${path}/roles`, { metadata: { generateName: `${user}-` }, rules });
  await api.call('POST', `${path}/rolebindings`, {
    metadata: { name: role.metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
  });
}
async function until(holds, ...programs) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      if (await holds()) return;
    } catch {}
    const dead = programs.find((program) => program.child.exitCode !== null || program.child.signalCode !== null);
    if (dead)
      throw new Error(`${dead.child.spawnfile} ended while it was starting:
${dead.logTail()}`);
    if (Date.now() > deadline) {
      throw new Error(
        `no answer for ${START_MS / 1e3} s:
${programs.map((program) => program.logTail()).join('\n')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// test/cluster/zz-scratch.ts
var t = Date.now();
var p = await startControlPlane({ name: 'prod', users: ['dev'] });
console.log('started', Date.now() - t, p.kubeconfig);
await new Promise((r) => process.once('SIGTERM', r).once('SIGINT', r));
await p.stop();
