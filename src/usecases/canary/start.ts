import { budgetsOver } from '../../domain/deployment/disruption.ts';
import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { CanaryGround } from '../../domain/deployment/strategies/strategy.ts';
import { isDeployment, nameOf, podLabelsOf, RELEASE_LABEL, replicasOf } from '../../domain/kubernetes/manifests.ts';
import { imageIds } from '../../domain/kubernetes/rollout.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { applyFenced } from '../cluster/apply.ts';
import { awaitRollout } from '../cluster/await-ready.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import { refuseDrift } from '../cluster/drift.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { canaryGround } from './ground.ts';
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
  const ground = await canaryGround(context, plan, policy, lock.cluster, service);
  if (!isDeployment(service.deployment)) {
    return { detail: `a ${service.deployment.kind} has no canary: it is rolled out after the others were judged` };
  }
  if (ground === undefined) return { detail: 'new service: there is no stable version to compare a canary with' };
  const strategy = strategyOf(plan.spec);
  const obstacle = strategy.obstacle(ground);
  if (obstacle !== undefined) {
    const { code, problem, why, hints } = obstacle;
    throw new RelctlError(code, problem, { why, hints });
  }
  await warnOfBudgets(run, target, ground);
  for (const object of strategy.companions(ground)) await applyOwn(run, target, object);
  const written = await applyOwn(run, target, ground.canary);
  const pods = await awaitRollout(context, lock, written, policy.production.rolloutTimeout);
  refuseDrift(run, service, imageIds(pods, service.container));
  if (strategy.steering !== undefined) await linkCanary(run, target, service);
  return { detail: shareText(ground, strategy.trueShare(ground.share, replicasOf(ground.stable)), strategy) };
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

function shareText(ground: CanaryGround, share: number, { steering }: { readonly steering?: unknown }): string {
  const pods = `${replicasOf(ground.canary)} ${replicasOf(ground.canary) === 1 ? 'pod' : 'pods'}`;
  return steering === undefined
    ? `${pods} beside ${replicasOf(ground.stable)}, ${(share * 100).toFixed(1)} % of the requests`
    : `${pods}, ready and without requests; its share will be exactly ${Number((share * 100).toPrecision(6))} %`;
}

/** A node with a pod that two disruption budgets cover cannot be drained, so somebody should know. */
async function warnOfBudgets(run: Run, target: string, ground: CanaryGround): Promise<void> {
  const { cluster } = lockOf(run, target);
  const known = await listIfKnown(cluster, ['policy/v1', 'policy/v1beta1'], 'PodDisruptionBudget');
  const names = budgetsOver(podLabelsOf(ground.canary), known);
  if (names.length < 2) return;
  run.context.sink.emit({
    type: 'note',
    level: 'warning',
    text: `${nameOf(ground.canary)}: its pods are covered by ${names.length} disruption budgets (${names.join(', ')}) and cannot be evicted while it stands`,
  });
}
