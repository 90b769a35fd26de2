import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';

/** Objects of a kind in the first of its versions that the cluster serves; none where it serves no such kind. */
export async function listIfKnown(
  cluster: Pick<Cluster, 'list'>,
  versions: readonly string[],
  kind: string,
): Promise<readonly KubeObject[]> {
  for (const apiVersion of versions) {
    try {
      return await cluster.list({ apiVersion, kind });
    } catch (error) {
      if (!(error instanceof RelctlError) || error.code !== 'cluster.rejected') throw error;
    }
  }
  return [];
}
