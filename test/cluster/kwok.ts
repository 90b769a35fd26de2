import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { newestInCache } from './assets.ts';
import type { ControlPlane } from './control-plane.ts';
import type { WatchEvent } from './kube-api.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startPlacement } from './placement.ts';
import type { Pod } from './pod.ts';
import { startProgram } from './process.ts';
import { waitFor } from './wait.ts';

/**
 * KWOK, in place of nodes: it tells the API server of one Node, and of each pod there that it runs and is ready. Nothing runs: no image
 * is pulled, no probe asked and no request answered. The scheduler's stand-in gives each pod its place.
 */
export interface Kwok {
  /** How many pods of a namespace are said to be ready, and how many there are at all. */
  pods(namespace: string): { readonly ready: number; readonly all: number };
  /** Ends it. The objects stay in the cluster. */
  stop(): Promise<void>;
}

/** Annotation of a pod that says how long after it was placed it is ready, such as `10s`; at once without it. */
export const READY_AFTER = 'pod-ready.stage.kwok.x-k8s.io/delay';

/**
 * Features of an API server that KWOK can watch: it always asks from version 0, which counts as a list by watch, and an etcd before 3.4.31
 * (Debian's) has not what that takes, so that the watch would end at once and be asked again after ever longer pauses.
 */
export const WITH_KWOK = { WatchList: false };

const NODE = 'kwok';

/** Starts KWOK on a control plane; pods that exist already are told of too. */
export async function startKwok(plane: ControlPlane): Promise<Kwok> {
  const folder = newestInCache('kwok', ['kwok', 'stages'], 'scripts/setup-kwok.sh');
  const { api } = plane;
  const stages = join(plane.folder, 'kwok-stages.yaml');
  writeFileSync(stages, readStages(join(folder, 'stages')));
  await api.call('POST', '/api/v1/nodes', {
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE } },
  });
  const program = await startProgram(
    join(folder, 'kwok'),
    [
      `--kubeconfig=${currentAccess(plane)}`,
      `--config=${stages}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=0',
      '--cidr=10.0.0.0/12',
    ],
    { log: join(plane.folder, 'kwok.log') },
  );

  const work = new Set<Promise<unknown>>();
  /** A pod that is gone, or has its place, before it is given one is no fault. */
  const track = (task: Promise<unknown>) => {
    const guarded = task.catch(() => undefined);
    work.add(guarded);
    void guarded.then(() => work.delete(guarded));
    return guarded;
  };
  const placement = startPlacement(api, NODE, track);
  const known = new Map<string, Pod>();
  const aborted = new AbortController();

  function see(pod: Pod): void {
    const before = known.get(pod.metadata.uid ?? '');
    known.set(pod.metadata.uid ?? '', pod);
    if (before === undefined && !pod.spec.nodeName && pod.metadata.deletionTimestamp === undefined)
      placement.place(pod);
  }

  function onEvent(event: WatchEvent<Pod>): void {
    if (event.type === 'SYNCED') {
      known.clear();
      for (const pod of event.objects) see(pod);
    } else if (event.type === 'DELETED') {
      known.delete(event.object.metadata.uid ?? '');
      placement.leave(event.object.metadata.uid ?? '');
    } else see(event.object);
  }

  const watching = api.watch<Pod>('/api/v1/pods', onEvent, aborted.signal);
  const stop = async () => {
    aborted.abort();
    await watching;
    await Promise.all(work);
    await program.stop();
  };
  try {
    await waitFor(async () => isReady(await api.call('GET', `/api/v1/nodes/${NODE}`)), {
      what: 'Node of KWOK',
      programs: [program],
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pods(namespace) {
      const own = [...known.values()].filter(({ metadata }) => metadata.namespace === namespace);
      return {
        ready: own.filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod)).length,
        all: own.length,
      };
    },
    stop,
  };
}

/** KWOK asks for a current context. */
function currentAccess(plane: ControlPlane): string {
  const [admin] = plane.accesses;
  if (admin === undefined) throw new Error(`${plane.name} has no administrator`);
  const file = writeKubeconfig(join(plane.folder, 'kwok.kubeconfig'), [admin]);
  const whole = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...whole, 'current-context': admin.context }), { mode: 0o600 });
  return file;
}

/**
 * What a node says of an image: its digest. KWOK says none; here it is that of the reference, or made from name and tag, as the tests'
 * registry makes it.
 */
const IMAGE_ID = `
  imageID: {{ printf "%s@sha256:%s" (regexReplaceAll ":[^:/]+$" (splitList "@" .image | first) "")
    (regexFind "[0-9a-f]{64}$" .image | default (sha256sum .image)) | Quote }}`.replaceAll('\n    ', ' ');

/** The stages that come with KWOK, with {@link READY_AFTER} and images that are known. */
function readStages(folder: string): string {
  const delay = {
    durationMilliseconds: 0,
    durationFrom: { expressionFrom: `.metadata.annotations["${READY_AFTER}"]` },
  };
  return readdirSync(folder)
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Stage)
    .map((stage) =>
      stage.metadata.name === 'pod-ready'
        ? { ...stage, spec: { ...stage.spec, delay, next: withImages(stage) } }
        : stage,
    )
    .map((stage) => stringify(stage, { lineWidth: 0 }))
    .join('---\n');
}

interface Stage {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly next: { readonly statusTemplate: string } };
}

function withImages({ spec: { next } }: Stage): Stage['spec']['next'] {
  const image = '- image: {{ .image | Quote }}';
  if (!next.statusTemplate.includes(image)) throw new Error("KWOK's stage of a pod that is ready has another form");
  return { ...next, statusTemplate: next.statusTemplate.replaceAll(image, `${image}${IMAGE_ID}`) };
}

function isReady(object: { readonly status?: unknown }): boolean {
  const { conditions = [] } = (object.status ?? {}) as {
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
