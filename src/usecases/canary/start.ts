import { budgetsOver } from '../../domain/deployment/disruption.ts';
import { shareText } from '../../domain/deployment/strategies/share-text.ts';
import { canServe, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { CanaryGround, Strategy } from '../../domain/deployment/strategies/strategy.ts';
import { fenced, nameOf, podLabelsOf, RELEASE_LABEL, replicasOf } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { applyFenced, refOf, reviseFenced } from '../cluster/apply.ts';
import { awaitRollout } from '../cluster/await-ready.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import { refuseDrift } from '../cluster/drift.ts';
import { listIfAllowed } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { canaryGround } from './ground.ts';
import { replaceFirstPods } from './own-pods.ts';
import { linkCanary } from './routing.ts';

/**
 * Starts the canary of a service: its pods, and what else the strategy needs. Where requests are divided by a route, the canary
 * is ready before the route knows it, and is known at weight 0 before it gets a request.
 * @throws RelctlError `canary.selector-overlap`, `canary.share-too-large`, `canary.not-steerable` before anything is written;
 *   `rollout.doomed`, `rollout.timeout`, `cluster.drift`, `canary.route-refused`
 */
export async function startCanary(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { context, policy } = run;
  const { plan } = run.release.journal;
  const lock = lockOf(run, target);
  const strategy = strategyFor(plan.spec, service.name);
  // Whoever writes by it reads the object again; and the wait for the canary's pods goes by the same watch.
  const shown: Pick<Cluster, 'get'> = {
    get: async (ref) =>
      ref.kind === service.deployment.kind ? (await lock.cluster.glance(ref, SOON_MS))[0] : lock.cluster.get(ref),
  };
  const ground = await canaryGround(context, plan, policy, shown, service);
  if (!canServe(strategy, service.deployment)) {
    return { detail: `a ${service.deployment.kind} has no canary: it is rolled out after the others were judged` };
  }
  if (ground === undefined) return { detail: 'new service: there is no stable version to compare a canary with' };
  const obstacle = strategy.obstacle(ground);
  if (obstacle !== undefined) {
    const { code, problem, why, hints } = obstacle;
    throw new RelctlError(code, problem, { why, hints });
  }
  const written =
    strategy.own === undefined
      ? await startBeside(run, target, ground, strategy)
      : await replaceFirstPods(run, target, ground);
  const pods = await awaitRollout(context, lock, written, policy.production.rolloutTimeout);
  refuseDrift(run, service, pods);
  if (strategy.steering !== undefined) await linkCanary(run, target, service);
  return { detail: shareText(ground, strategy) };
}

/** Milliseconds until a workload is looked at again, as a rule. */
const SOON_MS = 10_000;

/** Pods of the canary beside the stable ones, of which there may have to be more meanwhile. */
async function startBeside(run: Run, target: string, ground: CanaryGround, strategy: Strategy): Promise<KubeObject> {
  await warnOfBudgets(run, target, ground);
  if (ground.pods > replicasOf(ground.stable)) await scaleStable(run, target, ground);
  for (const object of strategy.companions(ground)) await applyOwn(run, target, object);
  return applyOwn(run, target, ground.canary);
}

/** More stable pods while the canary is watched; the rollout brings the number of the manifests, a rollback the one before. */
async function scaleStable(run: Run, target: string, { stable, pods }: CanaryGround): Promise<void> {
  const lock = lockOf(run, target);
  const written = await reviseFenced(run.context, lock, refOf(stable), (live) =>
    fenced({ ...live, spec: { ...(live.spec as object), replicas: pods } }, lock.mark),
  );
  if (written === undefined) return;
  await awaitRollout(run.context, lock, written, run.policy.production.rolloutTimeout);
}

/** Applies an object that exists for this release only. Errors: `cluster.drift` when somebody else's has its name. */
async function applyOwn(run: Run, target: string, object: KubeObject): Promise<KubeObject> {
  const lock = lockOf(run, target);
  return applyFenced(run.context, lock, object, (live) => {
    if (live === undefined || live.metadata.labels?.[RELEASE_LABEL] === lock.release) return object;
    throw new RelctlError(
      'cluster.drift',
      `${nameOf(object)} exists in ${lock.cluster.name} and does not belong to this release`,
      {
        why: 'The canary needs that name, and relctl does not overwrite what it did not create.',
        hints: [
          command`kubectl -n ${lock.cluster.namespace} get ${object.kind.toLowerCase()} ${object.metadata.name} -o yaml`,
        ],
      },
    );
  });
}

/** A node with a pod that two disruption budgets cover cannot be drained, so somebody should know. */
async function warnOfBudgets(run: Run, target: string, ground: CanaryGround): Promise<void> {
  const { cluster } = lockOf(run, target);
  const known = await listIfAllowed(cluster, ['policy/v1', 'policy/v1beta1'], 'PodDisruptionBudget');
  const names = budgetsOver(podLabelsOf(ground.canary), known);
  if (names.length < 2) return;
  run.context.sink.emit({
    type: 'note',
    level: 'warning',
    text: `${nameOf(ground.canary)}: its pods are covered by ${names.length} disruption budgets (${names.join(', ')}) and cannot be evicted while it stands`,
  });
}
