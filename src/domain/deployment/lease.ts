import type { KubeObject } from '../../ports/cluster.ts';
import type { RunIdentity } from '../../ports/runs.ts';

/**
 * The lock of an environment: a Lease in its cluster. The holder is a process; the release that it works on stands beside it
 * and keeps the lock until it is out or back, so that a dead process never frees an environment in which a canary stands.
 */

/** Name of the Lease in the target's namespace. */
export const LEASE_NAME = 'relctl';
/** The object that holds it. */
export const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: LEASE_NAME } as const;
/** The largest fence that another can follow: the API server keeps `leaseTransitions` as an int32. */
export const LARGEST_FENCE = 2 ** 31 - 2;
const RELEASE_ANNOTATION = 'relctl.dev/release';
const HOST_ANNOTATION = 'relctl.dev/host';

/** A Lease, as relctl reads it. */
export interface LeaseContent {
  /** `undefined` when the lock is free. */
  readonly holder:
    | { readonly release: string; readonly actor: string; readonly run: RunIdentity; readonly renewedAt: number }
    | undefined;
  readonly durationSeconds: number;
  /** How often the lock changed hands; rises with each, and is the fence. */
  readonly transitions: number;
}

/**
 * Milliseconds until a lease has run out, 0 or less once it has. The clock of one of the two machines may be wrong by an hour, so by the clocks it has run
 * out only when nobody has renewed it for half of its time either, since a process that lives renews it after a third; and where nobody has for all
 * of its time, whatever the clocks say.
 * @param now by the clock of whoever asks
 * @param unrenewedSince from when on it is known, by that clock, that nobody renewed it
 */
export function leaseLeft(
  { durationSeconds }: Pick<LeaseContent, 'durationSeconds'>,
  { renewedAt }: { readonly renewedAt: number },
  now: number,
  unrenewedSince: number,
): number {
  const duration = durationSeconds * 1000;
  const unrenewed = now - unrenewedSince;
  return Math.min(Math.max(renewedAt + duration - now, duration / 2 - unrenewed), duration - unrenewed);
}

/** Reads a Lease; what another tool wrote reads as free. */
export function readLease(lease: KubeObject): LeaseContent {
  const spec = (lease.spec ?? {}) as {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    renewTime?: string;
    leaseTransitions?: number;
  };
  const [actor, pid, token] = (spec.holderIdentity ?? '').split(' ');
  const release = lease.metadata.annotations?.[RELEASE_ANNOTATION];
  const host = lease.metadata.annotations?.[HOST_ANNOTATION] ?? '';
  return {
    holder:
      actor && token && release
        ? { release, actor, run: { host, pid: Number(pid), token }, renewedAt: Date.parse(spec.renewTime ?? '') || 0 }
        : undefined,
    durationSeconds: spec.leaseDurationSeconds ?? 60,
    transitions: spec.leaseTransitions ?? 0,
  };
}

/** Writes a Lease. */
export function writeLease(content: LeaseContent, acquiredAt: number): KubeObject {
  const { holder } = content;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: LEASE_NAME,
      ...(holder === undefined
        ? {}
        : { annotations: { [RELEASE_ANNOTATION]: holder.release, [HOST_ANNOTATION]: holder.run.host } }),
    },
    spec: {
      leaseDurationSeconds: content.durationSeconds,
      leaseTransitions: content.transitions,
      ...(holder === undefined
        ? {}
        : {
            holderIdentity: `${holder.actor} ${holder.run.pid} ${holder.run.token}`,
            acquireTime: microTime(acquiredAt),
            renewTime: microTime(holder.renewedAt),
          }),
    },
  };
}

/** Kubernetes' MicroTime: RFC 3339 with six decimals. */
function microTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
