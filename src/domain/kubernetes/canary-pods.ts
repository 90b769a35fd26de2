import type { KubeObject } from '../../ports/cluster.ts';
import { formatSpan } from '../../text/figures.ts';
import { isReady } from './pod-status.ts';

/** What the pods of a canary are like at a look. */
export interface PodsLook {
  /** Why the canary cannot be promoted, whatever its requests say; absent while its pods are well. */
  readonly failing?: string;
  /** What people should know, such as a restart; each once a look. */
  readonly findings: readonly string[];
  /** Since when no pod was ready, milliseconds since the epoch; to be handed to the next look. */
  readonly downSince?: number;
}

interface Container {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
  readonly lastState?: { readonly terminated?: Terminated };
}
interface Terminated {
  readonly reason?: string;
  readonly exitCode?: number;
}

/** From so many restarts on, of one container, they are no coincidence. */
const RESTARTS = 2;
/** Milliseconds without a ready pod after which a canary is dead. */
const DEAD_AFTER = 30_000;

/**
 * Looks at the pods of a canary: what kills them is no statistic. A container that was killed for its memory, that restarts again and again, or a
 * canary without a ready pod for half a minute fails; one restart and evictions are findings.
 * @param pods of the canary, as the API server holds them
 * @param now milliseconds since the epoch
 */
export function canaryPodsLook(pods: readonly KubeObject[], now: number, before?: PodsLook): PodsLook {
  const containers = pods.flatMap((pod) =>
    containersOf(pod).map((container) => ({ pod: pod.metadata.name, container })),
  );
  const killed = containers.find(({ container }) => container.lastState?.terminated?.reason === 'OOMKilled');
  const looping = containers.find(
    ({ container }) =>
      (container.restartCount ?? 0) >= RESTARTS || container.state?.waiting?.reason === 'CrashLoopBackOff',
  );
  const findings = [
    ...containers.filter(({ container }) => (container.restartCount ?? 0) > 0).map(restarted),
    ...pods.filter((pod) => phaseOf(pod) === 'Failed').map((pod) => `${pod.metadata.name} was ended: ${reasonOf(pod)}`),
  ];
  const downSince = pods.some(isReady) ? undefined : (before?.downSince ?? now);
  const failing =
    killed !== undefined
      ? `${killed.container.name} in ${killed.pod} was killed for its memory (OOMKilled)`
      : looping !== undefined
        ? restarted(looping)
        : downSince !== undefined && now - downSince >= DEAD_AFTER
          ? `no pod of the canary has been ready for ${formatSpan(now - downSince)}`
          : undefined;
  return {
    findings,
    ...(failing === undefined ? {} : { failing }),
    ...(downSince === undefined ? {} : { downSince }),
  };
}

function restarted({ pod, container }: { readonly pod: string; readonly container: Container }): string {
  const { reason, exitCode } = container.lastState?.terminated ?? {};
  const last =
    reason === undefined ? '' : `, last ended with ${reason}${exitCode === undefined ? '' : ` (${exitCode})`}`;
  const count = container.restartCount ?? 0;
  return `${container.name} in ${pod} was restarted ${count === 1 ? 'once' : `${count} times`}${last}`;
}

function containersOf(pod: KubeObject): readonly Container[] {
  return (pod.status as { containerStatuses?: readonly Container[] } | undefined)?.containerStatuses ?? [];
}

function phaseOf(pod: KubeObject): string | undefined {
  return (pod.status as { phase?: string } | undefined)?.phase;
}

function reasonOf(pod: KubeObject): string {
  const { reason, message } = (pod.status ?? {}) as { reason?: string; message?: string };
  return [reason, message].filter((one) => one !== undefined).join(': ') || 'no reason given';
}
