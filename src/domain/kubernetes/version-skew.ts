import type { ClusterAccess } from '../../ports/cluster.ts';

/** How many minor versions kubectl may be apart from the server (https://kubernetes.io/releases/version-skew-policy/). */
const SUPPORTED = 1;

/**
 * What is worth knowing about the way to a cluster: versions that are too far apart, and a program that is not kubectl itself.
 * @returns one sentence each; none when all is as it should be
 */
export function accessWarnings({ client, server, wrapper }: ClusterAccess): readonly string[] {
  const warnings: string[] = [];
  const [ours, theirs] = [minorOf(client), minorOf(server)];
  if (ours !== undefined && theirs !== undefined && (ours.major !== theirs.major || apart(ours, theirs) > SUPPORTED)) {
    warnings.push(
      `kubectl ${client} and a server ${server} are ${apart(ours, theirs)} minor versions apart; Kubernetes supports ${SUPPORTED}`,
    );
  }
  if (wrapper !== undefined) {
    warnings.push(`${wrapper} stands before kubectl: each call starts two programs and may ask the server twice`);
  }
  return warnings;
}

/** True for a server that runs init containers with `restartPolicy: Always` beside the others: on by default from 1.29 on. */
export function hasNativeSidecars(server: string): boolean {
  const version = minorOf(server);
  return version !== undefined && (version.major > 1 || version.minor >= 29);
}

function apart(one: { readonly minor: number }, other: { readonly minor: number }): number {
  return Math.abs(one.minor - other.minor);
}

/** Of a version such as `v1.32.4-dispatcher` or `v1.30.2-eks-1552ad0`. */
function minorOf(version: string): { readonly major: number; readonly minor: number } | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
