import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerRun, runContainer } from './container-run.ts';
import type { ControlPlane } from './control-plane.ts';
import { KubeApiError, type WatchEvent } from './kube-api.ts';
import { serveLogs } from './kubelet-logs.ts';
import { type Room, startPlacement } from './placement.ts';
import { type Condition, kubeTime, type Pod } from './pod.ts';
import { podStatus } from './pod-status.ts';
import { writeTargets } from './scrape-targets.ts';

/** The stand-in for a node's kubelet and the scheduler: binds every pod to one Node and runs its containers as local processes. */
export interface Kubelet {
  /** Name of the Node. */
  readonly node: string;
  /** Where the ready pods with all these labels listen, by pod name; what a Service's endpoints would be. */
  endpoints(namespace: string, selector: Readonly<Record<string, string>>): readonly Endpoint[];
  /** Kills the processes of a pod with SIGKILL, as a node does that is short of memory. */
  crash(namespace: string, pod: string): void;
  /** What room a namespace has from now on; for all pods, when left out. */
  limit(namespace: string, room?: Room): void;
  /** Ends every container process and the log server. The objects stay in the cluster. */
  stop(): Promise<void>;
}

/** A pod that can be sent requests. */
export interface Endpoint {
  readonly pod: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly host: string;
  readonly port: number;
}

/** What a kubelet may be started with. */
export interface KubeletOptions {
  readonly node?: string;
  /** File to keep for Prometheus' `file_sd_configs`, with the pods that serve. */
  readonly targetsFile?: string;
  /** Labels for all targets of this cluster, such as `region`. */
  readonly targetLabels?: Readonly<Record<string, string>>;
  /** First pause before a restart; 1,000 ms when left out. */
  readonly backOffMs?: number;
  /** Longest grace for a pod that is deleted; 2,000 ms when left out. */
  readonly graceMs?: number;
  /** What images run that are no services of the test's, by their names, such as `registry.example/relctl`. */
  readonly programs?: Readonly<Record<string, readonly string[]>>;
  /** First two numbers of the addresses of pods; 127 and one by chance when left out. */
  readonly podNetwork?: string;
}

interface PodRun {
  readonly pod: Pod;
  readonly address: string;
  readonly containers: readonly ContainerRun[];
  readonly startTime: string;
  conditions: readonly Condition[];
  /** What others say of the pod, such as that it is evicted; a kubelet leaves it as it is. */
  foreign: readonly Condition[];
  written: string;
  terminating: boolean;
}

const RETELL_MS = 500;
const MERGE_PATCH = 'application/merge-patch+json';

/** 127.x.y.z, another one for each pod of this process; x by chance, so that parallel test processes do not meet. */
const LOOPBACK = `127.${randomInt(16, 250)}`;
let addresses = 0;

/** Starts the stand-in for a control plane; pods that exist already are run too. */
export async function startKubelet(plane: ControlPlane, options: KubeletOptions = {}): Promise<Kubelet> {
  const { api } = plane;
  const node = options.node ?? 'loopback';
  const graceMs = options.graceMs ?? 2000;
  const programs = options.programs ?? {};
  const { hostname, port: apiPort } = new URL(plane.url);
  const clusterEnvironment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: apiPort };
  const runs = new Map<string, PodRun>();
  const aborted = new AbortController();
  const work = new Set<Promise<unknown>>();
  const queues = new Map<string, Promise<unknown>>();

  const logs = await serveLogs(plane.certificate, (namespace, podName, container, previous) => {
    const run = [...runs.values()].find(
      ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === podName,
    );
    const found = run?.containers.find((one) => one.report().name === container);
    const file = found?.log(previous);
    if (file !== undefined) return { file, isOver: () => found === undefined || !('running' in found.report().state) };
    if (previous) return { problem: `previous terminated container "${container}" in pod "${podName}" not found` };
    const state = found?.report().state;
    const reason = state !== undefined && 'waiting' in state ? state.waiting.reason : 'ContainerCreating';
    return { problem: `container "${container}" in pod "${podName}" is waiting to start: ${reason}` };
  });
  await registerNode(plane, node, logs.port);

  /** Keeps a task from being forgotten when the kubelet stops; that an object or the API server is gone is no fault. */
  const track = (task: Promise<unknown>) => {
    const guarded = task.catch((error: unknown) => {
      if (error instanceof KubeApiError && ![404, 409, 422].includes(error.status)) {
        process.emitWarning(`kubelet stand-in: ${String(error)}`);
      }
    });
    work.add(guarded);
    void guarded.then(() => work.delete(guarded));
    return guarded;
  };
  const pathOf = (pod: Pod) => `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;

  const placement = startPlacement(api, node, track);

  function begin(pod: Pod, key: string): void {
    const folder = join(plane.folder, 'pods', key);
    mkdirSync(folder, { recursive: true });
    const network = options.podNetwork ?? LOOPBACK;
    const address = `${network}.${Math.floor(addresses / 250) % 256}.${1 + (addresses % 250)}`;
    addresses += 1;
    const backOffMs = options.backOffMs ?? 1000;
    const changed = () => void queueMicrotask(() => report(key));
    const run: PodRun = {
      pod,
      address,
      startTime: kubeTime(),
      conditions: pod.status?.conditions ?? [],
      foreign: foreignIn(pod),
      written: '',
      terminating: false,
      containers: pod.spec.containers.map((container) =>
        runContainer(container, { api, pod, address, folder, backOffMs, changed, programs, clusterEnvironment }),
      ),
    };
    runs.set(key, run);
    changed();
  }

  /** Writes the status of a pod, one write after the other; what did not change is not written. */
  function report(key: string): void {
    const before = queues.get(key) ?? Promise.resolve();
    const next = before.then(async () => {
      const run = runs.get(key);
      if (run === undefined || aborted.signal.aborted) return;
      const reports = run.containers.map((container) => container.report());
      const own = podStatus(reports, run.address, run.conditions);
      const status = { ...own, conditions: [...own.conditions, ...run.foreign], startTime: run.startTime };
      run.conditions = own.conditions;
      const text = JSON.stringify(status);
      if (text === run.written) return;
      run.written = text;
      const uid = run.pod.metadata.uid;
      try {
        await api.call('PATCH', `${pathOf(run.pod)}/status`, { metadata: { uid }, status }, MERGE_PATCH);
      } catch (error) {
        if (error instanceof KubeApiError) throw error;
        // The API server is away: what it did not hear is told again.
        run.written = '';
        setTimeout(() => report(key), RETELL_MS).unref();
      }
    });
    queues.set(key, track(next));
    retarget();
  }

  function end(pod: Pod, key: string): void {
    const run = runs.get(key);
    if (run?.terminating) return;
    if (run) run.terminating = true;
    const seconds = pod.metadata.deletionGracePeriodSeconds ?? 30;
    track(
      (async () => {
        await Promise.all(run?.containers.map((one) => one.stop(Math.min(seconds * 1000, graceMs))) ?? []);
        const preconditions = { uid: pod.metadata.uid };
        await api.call('DELETE', pathOf(pod), { gracePeriodSeconds: 0, preconditions });
      })().catch((error: unknown) => {
        if (error instanceof KubeApiError) throw error;
        // The API server is away; after its return the watch lists the pod again.
        if (run) run.terminating = false;
      }),
    );
  }

  function forget(key: string): void {
    placement.leave(key);
    const run = runs.get(key);
    if (run === undefined) return;
    runs.delete(key);
    queues.delete(key);
    track(Promise.all(run.containers.map((container) => container.stop(0))));
    retarget();
  }

  function see(pod: Pod): void {
    const key = pod.metadata.uid ?? '';
    const known = runs.get(key);
    if (known !== undefined) known.foreign = foreignIn(pod);
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (finished) placement.leave(key);
    else if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') {
      if (pod.metadata.deletionTimestamp === undefined) placement.place(pod);
    } else placement.placed(pod);
    if (pod.metadata.deletionTimestamp !== undefined) end(pod, key);
    else if (pod.spec.nodeName === node && !runs.has(key) && !finished) begin(pod, key);
  }

  function onEvent(event: WatchEvent<Pod>): void {
    if (event.type === 'SYNCED') {
      const present = new Set(event.objects.map((pod) => pod.metadata.uid));
      for (const key of runs.keys()) if (!present.has(key)) forget(key);
      for (const pod of event.objects) see(pod);
    } else if (event.type === 'DELETED') forget(event.object.metadata.uid ?? '');
    else see(event.object);
  }

  function serving(wanted: (run: PodRun) => boolean): readonly Endpoint[] {
    const found: Endpoint[] = [];
    for (const run of runs.values()) {
      const port = run.containers.map((container) => container.port()).find((one) => one !== undefined);
      if (port === undefined || !wanted(run)) continue;
      found.push({ pod: run.pod.metadata.name, labels: run.pod.metadata.labels ?? {}, host: run.address, port });
    }
    return found.sort((a, b) => (a.pod < b.pod ? -1 : 1));
  }

  function retarget(): void {
    if (options.targetsFile === undefined || aborted.signal.aborted) return;
    const byNamespace = new Map<string, readonly Endpoint[]>();
    for (const namespace of new Set([...runs.values()].map(({ pod }) => pod.metadata.namespace ?? ''))) {
      byNamespace.set(
        namespace,
        serving(({ pod }) => pod.metadata.namespace === namespace),
      );
    }
    writeTargets(options.targetsFile, byNamespace, options.targetLabels ?? {});
  }

  retarget();
  const watching = api.watch<Pod>('/api/v1/pods', onEvent, aborted.signal);
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
    limit: placement.limit,
    crash(namespace, name) {
      for (const { pod, containers } of runs.values()) {
        if (pod.metadata.namespace !== namespace || pod.metadata.name !== name) continue;
        for (const container of containers) container.crash();
      }
    },
    async stop() {
      aborted.abort();
      await watching;
      await Promise.all([...runs.values()].flatMap((run) => run.containers.map((container) => container.stop(500))));
      await Promise.all(work);
      await logs.close();
    },
  };
}

function foreignIn({ status }: Pod): readonly Condition[] {
  return (status?.conditions ?? []).filter(({ type }) => type === 'DisruptionTarget');
}

async function registerNode(plane: ControlPlane, node: string, port: number): Promise<void> {
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
