import { AUTOSCALER, withDecidedReplicas } from '../../domain/deployment/autoscaling.ts';
import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { CanaryGround } from '../../domain/deployment/strategies/strategy.ts';
import { ownedPods, revisionPods } from '../../domain/kubernetes/rollout-others.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { applyFenced, deletePod, refOf } from '../cluster/apply.ts';
import { awaitObserved } from '../cluster/await-ready.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';

/**
 * Gives some of a workload's own pods the candidate. Where the workload replaces none by itself, so many of its old pods are
 * deleted, the nodes in the order of their names; a run that is taken up deletes only what is still missing.
 * @returns the workload as it was written
 */
export async function replaceFirstPods(run: Run, target: string, ground: CanaryGround): Promise<KubeObject> {
  const { context, policy } = run;
  const lock = lockOf(run, target);
  const autoscalers = await listIfKnown(lock.cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind);
  const written = await applyFenced(context, lock, ground.canary, (live) =>
    withDecidedReplicas(ground.canary, live, autoscalers),
  );
  if (strategyFor(run.release.journal.plan.spec, ground.service).own?.deletes !== true) return written;
  const seen = await awaitObserved(context, lock, written, policy.production.rolloutTimeout);
  const pods = await lock.cluster.list({ apiVersion: 'v1', kind: 'Pod' });
  const fresh = revisionPods(seen, pods);
  const old = ownedPods(seen, pods).filter((pod) => !fresh.includes(pod));
  const due = [...old].sort(byNode).slice(0, Math.max(0, ground.canaryPods - fresh.length));
  for (const pod of due) await deletePod(context, lock, pod.metadata.name);
  return written;
}

function byNode(a: KubeObject, b: KubeObject): number {
  const nodeOf = ({ spec }: KubeObject) => (spec as { nodeName?: string } | undefined)?.nodeName ?? '';
  return nodeOf(a) < nodeOf(b) ? -1 : 1;
}

/** The pods of a service's workload that run the candidate before the others do. */
export async function firstPodsOf(run: Run, cluster: Cluster, service: string): Promise<readonly KubeObject[]> {
  const { spec } = run.release.journal.plan;
  const image = ownOf(run.images, service) ?? spec.services.find(({ name }) => name === service)?.image ?? '';
  const { deployment } = await desiredService(run.context, spec.candidate.commit, 'production', service, image);
  const live = await cluster.get(refOf(deployment));
  return live === undefined ? [] : revisionPods(live, await cluster.list({ apiVersion: 'v1', kind: 'Pod' }));
}
