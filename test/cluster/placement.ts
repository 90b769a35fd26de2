import type { KubeApi } from './kube-api.ts';
import { kubeTime, type Pod } from './pod.ts';

/** What the scheduler says of a pod for which there is no room among those that have a node; `undefined` when there is. */
export type Room = (pod: Pod, placed: readonly Pod[]) => string | undefined;

/** The stand-in for the scheduler: there is one Node, and room for all, unless a namespace is given less. */
export interface Placement {
  /** Gives a pod without a node its place, or tells it why there is none; it is tried again when there may be room. */
  place(pod: Pod): void;
  /** A pod has its node, and takes room there. */
  placed(pod: Pod): void;
  /** A pod is gone or over, and its room is free. */
  leave(uid: string): void;
  /** What room a namespace has from now on; for all, when left out. */
  limit(namespace: string, room?: Room): void;
}

const MERGE_PATCH = 'application/merge-patch+json';

/** @param track keeps what is under way from being forgotten */
export function startPlacement(
  api: KubeApi,
  node: string,
  track: (task: Promise<unknown>) => Promise<unknown>,
): Placement {
  const limits = new Map<string, Room>();
  const there = new Map<string, Pod>();
  const waiting = new Map<string, Pod>();
  const pathOf = ({ metadata }: Pod) => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

  function place(pod: Pod): void {
    const { uid = '', namespace = '' } = pod.metadata;
    const neighbours = [...there.values()].filter(({ metadata }) => metadata.namespace === namespace);
    const refused = there.has(uid) ? undefined : limits.get(namespace)?.(pod, neighbours);
    if (refused === undefined) {
      waiting.delete(uid);
      there.set(uid, pod);
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      track(api.call('POST', `${pathOf(pod)}/binding`, { metadata: { name: pod.metadata.name }, target }));
      return;
    }
    if (waiting.has(uid)) return;
    waiting.set(uid, pod);
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: refused,
      lastTransitionTime: kubeTime(),
    };
    const status = { phase: 'Pending', conditions: [condition] };
    track(api.call('PATCH', `${pathOf(pod)}/status`, { metadata: { uid }, status }, MERGE_PATCH));
  }

  function retry(): void {
    for (const pod of waiting.values()) place(pod);
  }

  return {
    place,
    placed(pod) {
      waiting.delete(pod.metadata.uid ?? '');
      there.set(pod.metadata.uid ?? '', pod);
    },
    leave(uid) {
      waiting.delete(uid);
      if (there.delete(uid)) retry();
    },
    limit(namespace, room) {
      if (room === undefined) limits.delete(namespace);
      else limits.set(namespace, room);
      retry();
    },
  };
}
