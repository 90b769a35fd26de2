import { RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { hasNativeSidecars } from '../../domain/kubernetes/version-skew.ts';
import type { Migration } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';
import { type Direction, jobName } from './job-name.ts';
import type { JobRecord } from './job-record.ts';

/** What a migration of one environment needs. */
export interface MigrationRun {
  readonly context: Context;
  readonly release: string;
  readonly attempt: number;
  readonly lock: Lock;
  readonly timeout: string;
  /** What staging ran of images that are not those of a service, by the image as it is written; nothing in staging itself. */
  readonly pins?: ReadonlyMap<string, string>;
  /** What is recorded of its Jobs; a deployment to staging, which can be repeated, records nothing. */
  readonly record?: JobRecord;
}

/** The container of the Job that does the work. */
export const CONTAINER = 'migration';

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly [field: string]: unknown;
}
interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly [field: string]: unknown;
}

/** What of the service's container the migration runs with. */
const FROM_CONTAINER = ['env', 'envFrom', 'volumeMounts', 'resources', 'securityContext', 'imagePullPolicy'];
/** What of its pod. */
const FROM_POD = [
  'volumes',
  'serviceAccountName',
  'imagePullSecrets',
  'nodeSelector',
  'tolerations',
  'affinity',
  'securityContext',
  'priorityClassName',
  'runtimeClassName',
  'hostAliases',
  'dnsPolicy',
  'dnsConfig',
];

/** What keeps autoscalers of nodes from taking a migration's pod away half-way. Sources: Cluster Autoscaler FAQ; Karpenter, disruption. */
const STAYS = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
};

/**
 * The Job: the service's own container (environment, volumes, account) with the migration's command, and the sidecars that it needs:
 * those that Kubernetes knows as such, and those that relctl.yaml names. Where the server has native sidecars, they end with the migration.
 */
export async function migrationJob(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
  direction: Direction,
): Promise<KubeObject> {
  const pod = (service.deployment.spec as { template: { spec: PodSpec } }).template.spec;
  const own = pod.containers.find((container) => container.name === service.container);
  const settings = run.context.config.services[migration.service]?.jobs;
  const labels = { ...settings?.labels, [RELEASE_LABEL]: run.release, 'relctl.dev/migration': migration.id };
  const { initContainers, beside } = await sidecarsOf(run, pod, settings?.sidecars ?? []);
  const wanted = direction === 'up' ? migration.up : migration.down;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(run.release, run.attempt, migration, direction, run.lock.target),
      labels,
    },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels, annotations: { ...STAYS, ...settings?.annotations } },
        spec: {
          ...fieldsOf(pod, FROM_POD),
          restartPolicy: 'Never',
          ...(initContainers.length === 0 ? {} : { initContainers }),
          containers: [
            {
              ...fieldsOf(own ?? {}, FROM_CONTAINER),
              name: CONTAINER,
              image: imageOf(run, migration) ?? own?.image ?? '',
              command: [...(wanted ?? [])],
            },
            ...beside,
          ],
        },
      },
    },
  };
}

/** Its own image, where it has one: in production what staging ran, whatever its tag is by now. */
function imageOf({ pins }: MigrationRun, { image }: Migration): string | undefined {
  return image === undefined ? undefined : (pins?.get(image) ?? image);
}

async function sidecarsOf({ lock }: MigrationRun, pod: PodSpec, names: readonly string[]) {
  const native = (pod.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const named = pod.containers.filter(({ name }) => names.includes(name));
  if (named.length === 0) return { initContainers: native, beside: [] };
  const access = await lock.cluster.access();
  return access === undefined || hasNativeSidecars(access.server)
    ? { initContainers: [...native, ...named.map((one) => ({ ...one, restartPolicy: 'Always' }))], beside: [] }
    : { initContainers: native, beside: named };
}

function fieldsOf(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}
