import {
  applicationKind,
  applicationNamed,
  applicationObject,
  applicationRef,
} from '../../domain/gitops/application.ts';
import { reconcilerOf } from '../../domain/kubernetes/reconcilers.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { Cluster } from '../../ports/cluster.ts';

/** What relctl.yaml would say of `gitops`, as far as the cluster tells. */
export type GitOpsProposal = Pick<GitOpsSettings, 'application'> &
  Partial<Pick<GitOpsSettings, 'repository' | 'branch' | 'path'>>;

/**
 * Reads from an application what it applies, and from where.
 * @param application as relctl.yaml names it: `Kustomization/flux-system/shop`
 * @throws RelctlError those of a cluster
 */
export async function proposeGitOps(
  clusterIn: (namespace: string) => Pick<Cluster, 'get'>,
  application: string,
): Promise<GitOpsProposal> {
  const ref = applicationRef({ application });
  const live = await clusterIn(ref.namespace).get(applicationObject(ref));
  if (live === undefined) return { application };
  const kind = applicationKind(ref);
  const at = kind.sourceRef(live, ref);
  const source = at && (await clusterIn(at.namespace).get(at.object));
  return { ...kind.settingsOf(live, source), application };
}

/** Kinds of workloads that a reconciler keeps. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * What relctl.yaml would say of the workloads of a namespace: where one application keeps some of them, and no other does.
 * @throws RelctlError those of a cluster
 */
export async function findProposal(
  clusterIn: (namespace: string) => Pick<Cluster, 'get' | 'list' | 'managersOf'>,
  namespace: string,
): Promise<GitOpsProposal | undefined> {
  const cluster = clusterIn(namespace);
  const lists = await Promise.all(WORKLOADS.map((kind) => cluster.list({ apiVersion: 'apps/v1', kind })));
  const keepers = lists.flat().flatMap((object) => reconcilerOf(object, cluster.managersOf(object))?.name ?? []);
  const [application, ...others] = new Set(keepers.flatMap((name) => applicationNamed(name) ?? []));
  return application === undefined || others.length > 0 ? undefined : proposeGitOps(clusterIn, application);
}

/** A proposal as one line of relctl.yaml; what the cluster does not tell is left for a person to put in. */
export function proposalText({ repository = '<url>', branch, path = '<folder>', application }: GitOpsProposal): string {
  const onBranch = branch === undefined || branch === 'main' ? '' : `, branch: ${branch}`;
  return `rollout: gitops, gitops: { repository: ${repository}${onBranch}, path: ${path}, application: ${application} }`;
}
