import type { Room } from '../../cluster/placement.ts';
import { waitFor } from '../../cluster/wait.ts';
import type { SickArena } from './sick-arena.ts';

/** How production is made sick, and well again. */

type Act = (sick: SickArena) => Promise<void>;

/** Somebody changes the pods of web by hand. */
const setImage = (tag: string, strategy?: object): Act =>
  async function setsImage({ patch, read }) {
    const web = await read('deployments', 'web');
    const { template } = (web?.spec ?? {}) as { template: { spec: { containers: object[] } } };
    const containers = template.spec.containers.map((one) => ({ ...one, image: `registry.example/web:${tag}` }));
    const spec = { ...(strategy === undefined ? {} : { strategy }), template: { spec: { containers } } };
    await patch('deployments', 'web', { spec });
  };

const AT_ONCE = { rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } };

/** Every pod ends as soon as it starts. */
export const crashLoop: Act = async (sick) => {
  await setImage('1.0.0-crash', AT_ONCE)(sick);
  await waitForPods(sick, 'CrashLoopBackOff', 3, ({ restartCount = 0 }) => restartCount >= 2);
};

/** Somebody has begun a rollout that cannot end: its image is in no registry, and the old pods serve on. */
export const halfRollout: Act = async (sick) => {
  await setImage('1.1.0-missing')(sick);
  await waitForPods(sick, 'ImagePullBackOff', 1, () => true);
};

/** Somebody mends production by hand. */
export const mend: Act = async (sick) => {
  await setImage('1.0.1-hotfix')(sick);
  await waitFor(async () => (await sick.list('pods')).filter((pod) => imageOf(pod)?.endsWith('hotfix')).length === 3, {
    what: 'the hotfix',
  });
  await sick.ready(3);
};

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

async function waitForPods(
  { list, namespace }: SickArena,
  reason: string,
  count: number,
  holds: (container: ContainerStatus) => boolean,
): Promise<void> {
  const isSo = (pod: object) => {
    const { containerStatuses = [] } = ((pod as { status?: object }).status ?? {}) as {
      containerStatuses?: readonly ContainerStatus[];
    };
    return containerStatuses.some((one) => one.state?.waiting?.reason === reason && holds(one));
  };
  await waitFor(async () => (await list('pods')).filter(isSo).length === count, {
    what: `${count} pods in ${namespace} with ${reason}`,
  });
}

function imageOf(pod: object): string | undefined {
  return (pod as { spec: { containers: { image: string }[] } }).spec.containers[0]?.image;
}

/** Two nodes, and web wants none of its pods beside another: the third has no place, whichever version it is. */
export const oneShort: Act = async (sick) => {
  const { lab, namespace, patch, list, remove } = sick;
  // With one that may be missing, which it is already, Kubernetes would replace none.
  await patch('deployments', 'web', { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } } } });
  lab.kubelet.limit(namespace, apart(2));
  const [pod] = (await list('pods')).filter(({ metadata }) => metadata.labels?.track === 'stable');
  await remove('pods', pod?.metadata.name ?? '');
  await sick.ready(2);
};

const apart =
  (nodes: number): Room =>
  ({ metadata }, placed) =>
    metadata.labels?.track === 'stable' &&
    placed.filter((one) => one.metadata.labels?.track === 'stable').length >= nodes
      ? `0/${nodes} nodes are available: ${nodes} node(s) didn't match pod anti-affinity rules.`
      : undefined;

/** There is room for so many pods of web, and for none more. */
export const room =
  (pods: number): Act =>
  async ({ lab, namespace }) =>
    lab.kubelet.limit(namespace, (pod, placed) =>
      pod.metadata.labels?.track !== undefined &&
      placed.filter(({ metadata }) => metadata.labels?.track !== undefined).length >= pods
        ? '0/1 nodes are available: 1 Insufficient cpu.'
        : undefined,
    );

/** There is room for all. */
export const roomForAll: Act = async ({ lab, namespace }) => lab.kubelet.limit(namespace);

/** Somebody halts the rollouts of web. */
export const pause: Act = ({ patch }) => patch('deployments', 'web', { spec: { paused: true } });
/** `kubectl rollout resume` */
export const unpause: Act = ({ patch }) => patch('deployments', 'web', { spec: { paused: null } });

/** The namespace may have so many pods. */
export const quota =
  (pods: number): Act =>
  async ({ make, read }) => {
    await make('resourcequotas', { metadata: { name: 'pods' }, spec: { hard: { pods: String(pods) } } });
    await waitFor(async () => JSON.stringify(await read('resourcequotas', 'pods')).includes('"used"'), {
      what: 'the quota to be counted',
    });
  };
export const noQuota: Act = ({ remove }) => remove('resourcequotas', 'pods');

/** No pod of web may be evicted. */
export const budget: Act = async ({ make, read }) => {
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'web' } };
  await make('poddisruptionbudgets', { metadata: { name: 'web' }, spec: { maxUnavailable: 0, selector } });
  await waitFor(async () => JSON.stringify(await read('poddisruptionbudgets', 'web')).includes('"expectedPods":3'), {
    what: 'the budget to be counted',
  });
};
export const noBudget: Act = ({ remove }) => remove('poddisruptionbudgets', 'web');

const isRefused = (error: unknown): boolean => String(error).includes('failed calling webhook');

/** What has to be asked before a Deployment is written does not answer. */
export const webhookDown: Act = async ({ make, namespace, patch }) => {
  const rule = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['deployments'],
  };
  await make('validatingwebhookconfigurations', {
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'policy.example.com',
        clientConfig: { url: 'https://127.0.0.1:1/validate' },
        rules: [rule],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  });
  // The API server learns of a webhook by a watch of its own.
  await waitFor(() => patch('deployments', 'web', { spec: { minReadySeconds: 0 } }).then(() => false, isRefused), {
    what: 'the webhook to be asked',
  });
};
export const webhookUp: Act = ({ remove, namespace }) => remove('validatingwebhookconfigurations', namespace);

const FINALIZER = 'example.com/backup';

/** Somebody has deleted web, which waits for a finalizer that nobody takes away. */
export const deleted: Act = async ({ patch, remove }) => {
  await patch('deployments', 'web', { metadata: { finalizers: [FINALIZER] } });
  await remove('deployments', 'web');
};
/** Somebody takes the finalizer away, and web goes with all of its pods. */
export const gone: Act = async ({ patch, list }) => {
  await patch('deployments', 'web', { metadata: { finalizers: null } });
  await waitFor(async () => (await list('pods')).every(({ metadata }) => metadata.labels?.track !== 'stable'), {
    what: 'the end of web',
    timeoutMs: 180_000,
  });
};
/** A controller of the company puts its finalizer on the canary, and does not come back. */
export const canaryKept: Act = ({ patch }) =>
  patch('deployments', 'web-canary', { metadata: { finalizers: [FINALIZER] } });
export const canaryFreed: Act = ({ patch }) => patch('deployments', 'web-canary', { metadata: { finalizers: null } });

/** Somebody has made web anew, with a selector of their own: no version of the manifests can be applied to it. */
export const remade: Act = async (sick) => {
  const { read, remove, make } = sick;
  const web = await read('deployments', 'web');
  const spec = JSON.parse(JSON.stringify(web?.spec)) as {
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string> } };
  };
  await remove('deployments', 'web');
  await waitFor(async () => (await read('deployments', 'web')) === undefined, { what: 'the end of web' });
  spec.selector.matchLabels.team = 'shop';
  spec.template.metadata.labels.team = 'shop';
  await make('deployments', { metadata: { name: 'web' }, spec });
  await sick.ready(3);
};

/** An autoscaler that has as many pods as it may, and can measure nothing. */
export const autoscaled: Act = async ({ make, read }) => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } };
  await make('horizontalpodautoscalers', {
    metadata: { name: 'web' },
    spec: { scaleTargetRef, minReplicas: 3, maxReplicas: 3, metrics: [cpu] },
  });
  await waitFor(
    async () => JSON.stringify(await read('horizontalpodautoscalers', 'web')).includes('"currentReplicas":3'),
    { what: 'the autoscaler to count' },
  );
};
export const noAutoscaler: Act = ({ remove }) => remove('horizontalpodautoscalers', 'web');
