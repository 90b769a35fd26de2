import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';

/**
 * Objects of a kind in the first of its versions that the cluster serves; none where it serves no such kind. Those that relctl may not list are
 * not none: what an autoscaler decides would else be taken for nobody's. Errors: `cluster.rejected` then.
 */
export async function listIfKnown(
  cluster: Pick<Cluster, 'list'>,
  versions: readonly string[],
  kind: string,
): Promise<readonly KubeObject[]> {
  for (const apiVersion of versions) {
    try {
      return await cluster.list({ apiVersion, kind });
    } catch (error) {
      if (!isRejected(error) || isForbidden(error)) throw error;
    }
  }
  return [];
}

/** The same for what is only told to people: none as well where relctl may not look. */
export async function listIfAllowed(...asked: Parameters<typeof listIfKnown>): Promise<readonly KubeObject[]> {
  try {
    return await listIfKnown(...asked);
  } catch (error) {
    if (isRejected(error)) return [];
    throw error;
  }
}

function isRejected(error: unknown): error is RelctlError {
  return error instanceof RelctlError && error.code === 'cluster.rejected';
}

/** As every API server says it: `horizontalpodautoscalers.autoscaling is forbidden: User "ci" cannot list resource …`. */
function isForbidden({ message }: RelctlError): boolean {
  return /\bis forbidden\b|\(Forbidden\)/i.test(message);
}
