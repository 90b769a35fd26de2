import type { KubeObject } from '../../../ports/cluster.ts';
import { formatPercent } from '../../../text/figures.ts';
import { FIRST_PODS_ANNOTATION, replicasOf } from '../../kubernetes/manifests.ts';
import { sayShare } from '../share.ts';
import type { CanaryGround, Obstacle, Proposal, ProposalGround, Strategy } from './strategy.ts';

/**
 * Workloads that replace their own pods, beside which no other pods can stand: some of their pods get the candidate before the
 * others, and are compared with those. The Service sends each pod the same, so the share is the part that they are of all pods.
 */

/** How many of the pods get the candidate first: those that come nearest to the share, at least one, and never all. */
function firstPods(share: number, pods: number): number {
  return Math.min(Math.max(1, Math.round(share * pods)), Math.max(1, pods - 1));
}

const common = {
  canary: 'own-pods',
  standing: () => 'the pods that run the candidate stay, and no other is replaced',
  check: () => [],
  replicas: firstPods,
  trueShare: (share, pods) => firstPods(share, pods) / pods,
  obstacle: shareObstacle,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
} as const satisfies Omit<Strategy, 'own' | 'propose'>;

/**
 * The pods with the highest ordinals of a StatefulSet, by `rollingUpdate.partition`: those at or above it are of the newest
 * revision, also when they are made again. Lowered with the rollout, and put back as it was.
 * Source: Kubernetes documentation, StatefulSets, "Partitioned rolling updates" and "Start ordinal".
 */
export const partition: Strategy = {
  ...common,
  propose: proposePartition,
  own: {
    kind: 'StatefulSet',
    deletes: false,
    podsOf: replicasOf,
    first: (candidate, live, count) => {
      const { start = 0 } = (candidate.spec as { ordinals?: { start?: number } }).ordinals ?? {};
      const rollingUpdate = { ...strategyOf(candidate).rollingUpdate, partition: start + replicasOf(live) - count };
      return withUpdateStrategy(candidate, { type: 'RollingUpdate', rollingUpdate });
    },
  },
};

/**
 * Some pods of a DaemonSet: it is told to replace none by itself, the pods of some nodes are deleted, and come back with the
 * candidate. The rollout lets it replace the others. A node that is new or drained meanwhile gets the candidate too: a DaemonSet
 * makes no pod of an older template.
 * Source: Kubernetes documentation, "Perform a Rolling Update on a DaemonSet", OnDelete.
 */
export const nodes: Strategy = {
  ...common,
  propose: () => undefined,
  own: {
    kind: 'DaemonSet',
    deletes: true,
    podsOf: ({ status }) => (status as { desiredNumberScheduled?: number } | undefined)?.desiredNumberScheduled ?? 0,
    first: (candidate, _live, count) => {
      const { annotations } = candidate.metadata;
      const marked = { ...annotations, [FIRST_PODS_ANNOTATION]: String(count) };
      return withUpdateStrategy(
        { ...candidate, metadata: { ...candidate.metadata, annotations: marked } },
        { type: 'OnDelete' },
      );
    },
  },
};

interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: object;
}

function strategyOf({ spec }: KubeObject): UpdateStrategy {
  return (spec as { updateStrategy?: UpdateStrategy }).updateStrategy ?? {};
}

function withUpdateStrategy(workload: KubeObject, updateStrategy: UpdateStrategy): KubeObject {
  return { ...workload, spec: { ...(workload.spec as object), updateStrategy } };
}

/** One pod of StatefulSets that have enough of them for the policy. */
function proposePartition({ maxShare, services }: ProposalGround): Proposal | undefined {
  const shares = services.map(({ kind, replicas = 0 }) =>
    kind === 'StatefulSet' && replicas > 1 && 1 / replicas <= maxShare + 1e-9 ? Math.ceil(100 / replicas) : undefined,
  );
  if (shares.length === 0 || shares.includes(undefined)) return undefined;
  return { share: `${Math.min(Math.max(...shares.map((one) => one ?? 1)), Math.floor(maxShare * 100))}%` };
}

function shareObstacle({ service, share, maxShare, pods, stable }: CanaryGround): Obstacle | undefined {
  const title = `${stable.kind}/${stable.metadata.name}`;
  const hints = [
    `services.${service}.canary: { strategy: none, reason: … } in the plan: it is rolled out last, and the CAB is told why`,
  ];
  if (pods < 2) {
    return {
      code: 'canary.share-too-large',
      problem: `${title} has ${pods === 1 ? 'one pod' : 'no pods'}: none could get the candidate before the others`,
      why: 'A canary is compared with what stays as it was.',
      hints: [`run at least 2 pods of ${service}`, ...hints],
    };
  }
  const real = firstPods(share, pods) / pods;
  if (real <= maxShare + 1e-9) return undefined;
  return {
    code: 'canary.share-too-large',
    problem: `${firstPods(share, pods)} of ${pods} pods of ${title} would be ${sayShare({ asked: share, made: real })} of production; the policy allows ${formatPercent(maxShare)}`,
    why: 'Requests go evenly to all pods, so more users than agreed would get the candidate.',
    hints: [
      `run at least ${Math.ceil(1 / maxShare)} pods of ${service}`,
      'or raise canary.maxShare in the process policy',
      ...hints,
    ],
  };
}
