import { createKubectlCluster, type KubectlCluster } from '../adapters/kubectl/cluster.ts';
import { RelctlError } from '../errors.ts';
import { findProposal, type GitOpsProposal } from '../usecases/gitops/propose.ts';

/** How long the cluster of a repository that is being set up may take for an answer: without one it is set up all the same. */
const SETUP_DEADLINE_MS = 5000;

/** What keeps the workloads of a namespace, in the cluster of a kubectl context; nothing where it cannot be asked. */
export async function keptInContext(context: string, namespace: string): Promise<GitOpsProposal | undefined> {
  const opened: KubectlCluster[] = [];
  const clusterIn = (where: string) => {
    const cluster = createKubectlCluster({ context, namespace: where, deadline: SETUP_DEADLINE_MS });
    opened.push(cluster);
    return cluster;
  };
  try {
    return await findProposal(clusterIn, namespace);
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  } finally {
    for (const cluster of opened) cluster.end();
  }
}
