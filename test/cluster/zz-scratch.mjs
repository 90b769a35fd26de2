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
      signalGroup(pid, 'SIGTERM');
      const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {}
}
var GUARDIAN = `pids=
while read -r line; do
  case $line in
    +*) pids="$pids \${line#+}" ;;
    -*) kept=; for p in $pids; do [ "$p" = "\${line#-}" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -9 -- "-$p" 2>/dev/null; done`;
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

// test/cluster/kubelet.ts
import { randomInt } from 'node:crypto';
// test/cluster/container-run.ts
import { existsSync as existsSync3, mkdirSync } from 'node:fs';
import { join as join3, join as join4 } from 'node:path';
import { fileURLToPath } from 'node:url';

// test/cluster/container-environment.ts
var ConfigurationError = class extends Error {};
async function containerEnvironment(api, pod, container, address) {
  const namespace = pod.metadata.namespace ?? 'default';
  const environment = {};
  for (const source of container.envFrom ?? []) {
    const values = source.configMapRef
      ? await keysOf(api, namespace, 'configmap', source.configMapRef)
      : source.secretRef
        ? await keysOf(api, namespace, 'secret', source.secretRef)
        : {};
    for (const [key, value] of Object.entries(values ?? {})) environment[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(api, pod, variable, address);
    if (value !== void 0) environment[variable.name] = expand(value, environment);
  }
  return environment;
}
function expand(text, environment) {
  return text.replace(/\$?\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (match, name) =>
    match.startsWith('$$') ? match.slice(1) : (environment[name] ?? match),
  );
}
async function variableValue(api, pod, variable, address) {
  const from = variable.valueFrom;
  if (from === void 0) return variable.value ?? '';
  if (from.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath, address);
  const [kind, source] = from.configMapKeyRef ? ['configmap', from.configMapKeyRef] : ['secret', from.secretKeyRef];
  if (source === void 0) return void 0;
  const namespace = pod.metadata.namespace ?? 'default';
  const value = (await keysOf(api, namespace, kind, source))?.[source.key];
  if (value === void 0 && source.optional !== true) {
    throw new ConfigurationError(`couldn't find key ${source.key} in ${kind} ${namespace}/${source.name}`);
  }
  return value;
}
async function keysOf(api, namespace, kind, source) {
  try {
    const object = await api.call('GET', `/api/v1/namespaces/${namespace}/${kind}s/${source.name}`);
    const data = object.data ?? {};
    if (kind === 'configmap') return data;
    return Object.fromEntries(Object.entries(data).map(([k2, v]) => [k2, Buffer.from(v, 'base64').toString('utf8')]));
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.status !== 404) throw error;
    if (source.optional === true) return void 0;
    throw new ConfigurationError(`${kind} "${source.name}" not found`);
  }
}
function fieldOf(pod, path, address) {
  const label = /^metadata\.labels\['(.+)'\]$/.exec(path)?.[1];
  if (label !== void 0) return pod.metadata.labels?.[label] ?? '';
  const fields = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'spec.nodeName': pod.spec.nodeName ?? '',
    'status.podIP': address,
    'status.hostIP': '127.0.0.1',
  };
  return fields[path] ?? '';
}

// test/cluster/images.ts
import { createHash } from 'node:crypto';

var WORDS = [
  [/bad-errors(?:-(\d+))?/, (percent) => ({ ERROR_RATE: String((percent || 5) / 100) })],
  [/bad-slow(?:-(\d+))?/, (percent) => ({ SLOW_RATE: String((percent || 30) / 100), SLOW_MS: '600' })],
  [/crash/, () => ({ CRASH: 'FATAL: cannot reach the ledger: connection refused' })],
  [/slow-start/, () => ({ START_MS: '3000' })],
];
var tagsByDigest = /* @__PURE__ */ new Map();
function imageDigest(nameAndTag) {
  const digest = createHash('sha256').update(nameAndTag).digest('hex');
  const { tag } = splitImage(nameAndTag);
  tagsByDigest.set(digest, tag);
  return digest;
}
function findImage(image) {
  const { name, tag, digest } = splitImage(image);
  const known = digest === void 0 ? tag : (tagsByDigest.get(digest) ?? (tag === '' ? void 0 : tag));
  const effective = known ?? '';
  const behaviour = { SERVICE: name.split('/').at(-1) ?? name, VERSION: effective };
  for (const [word, make] of WORDS) {
    const match = word.exec(effective);
    if (match) Object.assign(behaviour, make(Number(match[1] ?? 0)));
  }
  return {
    id: `${name}@sha256:${digest ?? imageDigest(`${name}:${tag}`)}`,
    tag: effective,
    exists: known !== void 0 && !effective.includes('missing'),
    behaviour,
  };
}
function splitImage(image) {
  const [reference = image, digest] = image.split('@sha256:');
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  return {
    name: tagged ? reference.slice(0, colon) : reference,
    tag: tagged ? reference.slice(colon + 1) : digest === void 0 ? 'latest' : '',
    digest,
  };
}

// test/cluster/pod.ts
function kubeTime() {
  return /* @__PURE__ */ new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

// test/cluster/container-run.ts
var APP = fileURLToPath(new URL('./app.js', import.meta.url));
var PROBE_MS = 200;
var BACK_OFF_CAP = 30;
function runContainer(container, around) {
  const image = findImage(container.image);
  const policy = around.pod.spec.restartPolicy ?? 'Always';
  let state = { waiting: { reason: 'ContainerCreating' } };
  let last;
  let restarts = 0;
  let ready = false;
  let final = false;
  let running;
  let port;
  let stopped = false;
  let wake = () => void 0;
  const become = (next) => {
    state = next;
    around.changed();
  };
  const pause = (milliseconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const logFile = (run) => join3(around.folder, `${container.name}.${run}.log`);
  async function pull() {
    const messages = [
      { reason: 'ErrImagePull', message: `rpc error: code = NotFound desc = ${container.image}: not found` },
      { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image}"` },
    ];
    for (let attempt = 0; !stopped && !image.exists; attempt += 1) {
      const message = messages[attempt % 2];
      if (message) become({ waiting: message });
      await pause(around.backOffMs * 2);
    }
  }
  async function configure() {
    for (;;) {
      try {
        return await containerEnvironment(around.api, around.pod, container, around.address);
      } catch (error) {
        if (!(error instanceof ConfigurationError) || stopped) throw error;
        become({ waiting: { reason: 'CreateContainerConfigError', message: error.message } });
        await pause(around.backOffMs);
      }
    }
  }
  async function runOnce(environment) {
    const startedAt = kubeTime();
    const ended = (exitCode, reason, message) => {
      const text = message === void 0 ? {} : { message };
      return { exitCode, reason, ...text, startedAt, finishedAt: kubeTime() };
    };
    const [program, ...args] = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
      expand(word, environment),
    );
    const isApp = container.command === void 0;
    const surroundings = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOSTNAME: around.pod.metadata.name,
      HOME: around.folder,
    };
    try {
      running = await startProgram(isApp ? process.execPath : (program ?? ''), isApp ? [APP] : args, {
        log: logFile(restarts),
        cwd: around.folder,
        ipc: isApp,
        env: isApp ? { ...appEnvironment(), ...surroundings, ...environment } : { ...surroundings, ...environment },
      });
    } catch (error) {
      return ended(128, 'StartError', error.message);
    }
    if (stopped) await running.stop(0);
    if (isApp) {
      running.child.once('message', (message) => {
        port = message.port;
        void probe(running);
      });
    } else {
      port = container.ports?.[0]?.containerPort;
      void probe(running);
    }
    become({ running: { startedAt } });
    const code = await running.exited;
    running = void 0;
    ready = false;
    port = void 0;
    return ended(code ?? 137, code === 0 ? 'Completed' : 'Error');
  }
  function appEnvironment() {
    const wanted = container.ports?.[0]?.containerPort ?? 8080;
    return { ...image.behaviour, HOST: around.address, PORT: String(wanted), SEED: around.pod.metadata.name };
  }
  async function probe(of) {
    const http = container.readinessProbe?.httpGet;
    while (of !== void 0 && running === of && !stopped) {
      const holds = http === void 0 || (await answers(around.address, port, http.path ?? '/'));
      if (running !== of) return;
      if (holds !== ready) {
        ready = holds;
        around.changed();
      }
      if (http === void 0) return;
      await new Promise((resolve) => setTimeout(resolve, ready ? PROBE_MS * 5 : PROBE_MS));
    }
  }
  async function live() {
    await pull();
    const environment = await configure();
    for (let failures = 0; !stopped; failures += 1) {
      const end = await runOnce(environment);
      last = end;
      if (policy === 'Never' || (policy === 'OnFailure' && end.exitCode === 0) || stopped) {
        final = true;
        return become({ terminated: end });
      }
      become({ terminated: end });
      if (failures > 0) {
        const delay = around.backOffMs * Math.min(2 ** (failures - 1), BACK_OFF_CAP);
        const pod = `${around.pod.metadata.name}_${around.pod.metadata.namespace}(${around.pod.metadata.uid})`;
        const message = `back-off ${delay / 1e3}s restarting failed container=${container.name} pod=${pod}`;
        become({ waiting: { reason: 'CrashLoopBackOff', message } });
        await pause(delay);
      }
      restarts += 1;
    }
  }
  const life = live().catch(() => void 0);
  return {
    report: () => ({ name: container.name, image: container.image, state, last, restarts, ready, final }),
    port: () => port,
    log(previous) {
      const run = previous && !('waiting' in state) ? restarts - 1 : restarts;
      const file = logFile(run);
      return run >= 0 && existsSync3(file) ? file : void 0;
    },
    async stop(graceMs) {
      stopped = true;
      wake();
      await running?.stop(graceMs);
      await life;
    },
  };
}
async function answers(host, port, path) {
  if (port === void 0) return false;
  try {
    const response = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(1e3) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

// test/cluster/kubelet-logs.ts
import { readFileSync as readFileSync4 } from 'node:fs';
import { createServer as createServer2 } from 'node:https';

async function serveLogs(certificate, find) {
  const server = createServer2(
    { cert: readFileSync4(certificate.cert), key: readFileSync4(certificate.key) },
    (request2, response) => {
      const url = new URL(request2.url ?? '/', 'https://kubelet');
      const [, what, namespace = '', pod = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
      if (what !== 'containerLogs') {
        response.writeHead(404).end('only containerLogs is served\n');
        return;
      }
      const found = find(namespace, pod, container, url.searchParams.get('previous') === 'true');
      if ('problem' in found) {
        response.writeHead(400).end(`${found.problem}
`);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(lastLines(readFileSync4(found.file, 'utf8'), url.searchParams.get('tailLines')));
    },
  );
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: server.address().port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
function lastLines(text, count) {
  if (count === null) return text;
  const lines = text.split('\n');
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return text === ''
    ? ''
    : `${lines.slice(Math.max(0, end - Number(count)), end).join('\n')}
`;
}

// test/cluster/pod-status.ts
function podStatus(reports, address, previous) {
  const phase = phaseOf(reports);
  const unready = reports.filter((report) => !report.ready).map((report) => report.name);
  const reason =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const condition = (type, holds) => {
    const status = holds ? 'True' : 'False';
    const before = previous.find((one) => one.type === type && one.status === status);
    return { type, status, ...(holds ? {} : reason), lastTransitionTime: before?.lastTransitionTime ?? kubeTime() };
  };
  const ready = unready.length === 0;
  return {
    phase,
    hostIP: '127.0.0.1',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', true),
    ],
    containerStatuses: reports.map((report) => ({
      name: report.name,
      image: report.image,
      imageID: 'waiting' in report.state && report.restarts === 0 ? '' : findImage(report.image).id,
      ready: report.ready,
      started: 'running' in report.state,
      restartCount: report.restarts,
      state: report.state,
      lastState: report.last === void 0 ? {} : { terminated: report.last },
    })),
  };
}
function phaseOf(reports) {
  if (reports.every((report) => report.final)) {
    const failed = reports.some((report) => 'terminated' in report.state && report.state.terminated.exitCode !== 0);
    return failed ? 'Failed' : 'Succeeded';
  }
  const begun = reports.some((report) => 'running' in report.state || report.last !== void 0 || report.final);
  return begun ? 'Running' : 'Pending';
}

// test/cluster/scrape-targets.ts
import { renameSync, writeFileSync as writeFileSync3 } from 'node:fs';

var SERVICE_LABEL = 'app.kubernetes.io/name';
var TRACK_LABEL = 'track';
function writeTargets(file, endpoints, clusterLabels) {
  const groups = [...endpoints].flatMap(([namespace, list]) =>
    list.map(({ pod, labels, host, port }) => ({
      targets: [`${host}:${port}`],
      labels: {
        ...clusterLabels,
        namespace,
        pod,
        service: labels[SERVICE_LABEL] ?? labels.app ?? '',
        ...(labels[TRACK_LABEL] === void 0 ? {} : { track: labels[TRACK_LABEL] }),
      },
    })),
  );
  writeFileSync3(`${file}.new`, JSON.stringify(groups, null, 1));
  renameSync(`${file}.new`, file);
}

// test/cluster/kubelet.ts
var MERGE_PATCH = 'application/merge-patch+json';
var network = randomInt(16, 250);
var addresses = 0;
async function startKubelet(plane, options = {}) {
  const { api } = plane;
  const node = options.node ?? 'loopback';
  const graceMs = options.graceMs ?? 2e3;
  const runs = /* @__PURE__ */ new Map();
  const aborted = new AbortController();
  const work = /* @__PURE__ */ new Set();
  const queues = /* @__PURE__ */ new Map();
  const logs = await serveLogs(plane.certificate, (namespace, podName, container, previous) => {
    const run = [...runs.values()].find(
      ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === podName,
    );
    const found = run?.containers.find((one) => one.report().name === container);
    const file = found?.log(previous);
    if (file !== void 0) return { file };
    if (previous) return { problem: `previous terminated container "${container}" in pod "${podName}" not found` };
    const state = found?.report().state;
    const reason = state !== void 0 && 'waiting' in state ? state.waiting.reason : 'ContainerCreating';
    return { problem: `container "${container}" in pod "${podName}" is waiting to start: ${reason}` };
  });
  await registerNode(plane, node, logs.port);
  const track = (task) => {
    const guarded = task.catch((error) => {
      if (!aborted.signal.aborted && !(error instanceof KubeApiError && [404, 409, 422].includes(error.status))) {
        process.emitWarning(`kubelet stand-in: ${String(error)}`);
      }
    });
    work.add(guarded);
    void guarded.then(() => work.delete(guarded));
    return guarded;
  };
  const pathOf = (pod) => `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
  function bind(pod) {
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    track(api.call('POST', `${pathOf(pod)}/binding`, { metadata: { name: pod.metadata.name }, target }));
  }
  function begin(pod, key) {
    const folder = join4(plane.folder, 'pods', key);
    mkdirSync(folder, { recursive: true });
    const address = `127.${network}.${Math.floor(addresses / 250) % 256}.${1 + (addresses % 250)}`;
    addresses += 1;
    const backOffMs = options.backOffMs ?? 1e3;
    const changed = () => void queueMicrotask(() => report(key));
    const run = {
      pod,
      address,
      startTime: kubeTime(),
      conditions: pod.status?.conditions ?? [],
      written: '',
      terminating: false,
      containers: pod.spec.containers.map((container) =>
        runContainer(container, { api, pod, address, folder, backOffMs, changed }),
      ),
    };
    runs.set(key, run);
    changed();
  }
  function report(key) {
    const before = queues.get(key) ?? Promise.resolve();
    const next = before.then(async () => {
      const run = runs.get(key);
      if (run === void 0 || aborted.signal.aborted) return;
      const reports = run.containers.map((container) => container.report());
      const status = { ...podStatus(reports, run.address, run.conditions), startTime: run.startTime };
      run.conditions = status.conditions;
      const text = JSON.stringify(status);
      if (text === run.written) return;
      run.written = text;
      const uid = run.pod.metadata.uid;
      await api.call('PATCH', `${pathOf(run.pod)}/status`, { metadata: { uid }, status }, MERGE_PATCH);
    });
    queues.set(key, track(next));
    retarget();
  }
  function end(pod, key) {
    const run = runs.get(key);
    if (run?.terminating) return;
    if (run) run.terminating = true;
    const seconds = pod.metadata.deletionGracePeriodSeconds ?? 30;
    track(
      (async () => {
        await Promise.all(run?.containers.map((one) => one.stop(Math.min(seconds * 1e3, graceMs))) ?? []);
        const preconditions = { uid: pod.metadata.uid };
        await api.call('DELETE', pathOf(pod), { gracePeriodSeconds: 0, preconditions });
      })(),
    );
  }
  function forget(key) {
    const run = runs.get(key);
    if (run === void 0) return;
    runs.delete(key);
    queues.delete(key);
    track(Promise.all(run.containers.map((container) => container.stop(0))));
    retarget();
  }
  function see(pod) {
    const key = pod.metadata.uid ?? '';
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (pod.metadata.deletionTimestamp !== void 0) end(pod, key);
    else if (pod.spec.nodeName === void 0 || pod.spec.nodeName === '') bind(pod);
    else if (pod.spec.nodeName === node && !runs.has(key) && !finished) begin(pod, key);
  }
  function onEvent(event) {
    if (event.type === 'SYNCED') {
      const present = new Set(event.objects.map((pod) => pod.metadata.uid));
      for (const key of runs.keys()) if (!present.has(key)) forget(key);
      for (const pod of event.objects) see(pod);
    } else if (event.type === 'DELETED') forget(event.object.metadata.uid ?? '');
    else see(event.object);
  }
  function serving(wanted) {
    const found = [];
    for (const run of runs.values()) {
      const port = run.containers.map((container) => container.port()).find((one) => one !== void 0);
      if (port === void 0 || !wanted(run)) continue;
      found.push({ pod: run.pod.metadata.name, labels: run.pod.metadata.labels ?? {}, host: run.address, port });
    }
    return found.sort((a, b) => (a.pod < b.pod ? -1 : 1));
  }
  function retarget() {
    if (options.targetsFile === void 0 || aborted.signal.aborted) return;
    const byNamespace = /* @__PURE__ */ new Map();
    for (const namespace of new Set([...runs.values()].map(({ pod }) => pod.metadata.namespace ?? ''))) {
      byNamespace.set(
        namespace,
        serving(({ pod }) => pod.metadata.namespace === namespace),
      );
    }
    writeTargets(options.targetsFile, byNamespace, options.targetLabels ?? {});
  }
  retarget();
  const watching = api.watch('/api/v1/pods', onEvent, aborted.signal);
  return {
    node,
    endpoints: (namespace, selector) =>
      serving(
        (run) =>
          run.pod.metadata.namespace === namespace &&
          !run.terminating &&
          run.containers.every((container) => container.report().ready) &&
          Object.entries(selector).every(([key, value]) => run.pod.metadata.labels?.[key] === value),
      ),
    async stop() {
      aborted.abort();
      await watching;
      await Promise.all([...runs.values()].flatMap((run) => run.containers.map((container) => container.stop(500))));
      await Promise.all(work);
      await logs.close();
    },
  };
}
async function registerNode(plane, node, port) {
  await plane.api.call('POST', '/api/v1/nodes', {
    metadata: { name: node, labels: { 'kubernetes.io/hostname': node } },
  });
  const capacity = { cpu: '64', memory: '256Gi', pods: '1000' };
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    capacity,
    allocatable: capacity,
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: kubeTime() }],
  };
  await plane.api.call('PATCH', `/api/v1/nodes/${node}/status`, { status }, MERGE_PATCH);
}

// test/cluster/zz-scratch.ts
var t = Date.now();
var p = await startControlPlane({ name: 'prod', users: ['dev'] });
console.log('started', Date.now() - t);
await p.createNamespace('shop');
await p.allow('dev', 'shop', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]);
var k = await startKubelet(p, { targetsFile: p.folder + '/targets.json' });
console.log('KC', p.kubeconfig);
await new Promise((r) => process.once('SIGTERM', r).once('SIGINT', r));
var t2 = Date.now();
await k.stop();
await p.stop();
console.log('stopped', Date.now() - t2);
