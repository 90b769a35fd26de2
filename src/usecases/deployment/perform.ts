import type { Step } from '../../domain/deployment/steps.ts';
import { RelctlError } from '../../domain/errors.ts';
import {
  canaryDeployment,
  canaryName,
  canaryReplicas,
  nameOf,
  podLabelsOf,
  replicasOf,
  selectorOf,
  selects,
} from '../../domain/manifests.ts';
import { imageIds } from '../../domain/rollout.ts';
import { percentRatio } from '../../plan/duration.ts';
import type { EventData } from '../../plan/events.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { notify } from '../notify.ts';
import { applyFenced, refOf, removeFenced } from './apply.ts';
import { bake } from './bake.ts';
import { recordBaseline } from './baseline.ts';
import { migrate } from './migrate.ts';
import { type DesiredService, desiredService } from './objects.ts';
import { lockOf, type Run } from './run.ts';
import { awaitRollout } from './watch.ts';

/** What is recorded of a step that was carried out. */
export type StepResult = Pick<EventData<'step.completed'>, 'detail' | 'evidence'>;

/**
 * Carries out one step. Each reads the cluster first and brings it where it should be, so that a step which a killed run had
 * half done is finished and one that it had done is left alone.
 */
export async function perform(run: Run, step: Step): Promise<StepResult> {
  const { context, release } = run;
  const { spec } = release.journal.plan;
  switch (step.kind) {
    case 'baseline': {
      const services = await Promise.all(spec.services.map((service) => desired(run, service.name)));
      return { evidence: await recordBaseline(run, step.target, services) };
    }
    case 'notify':
      await notify(context, release, 'deploy.starting', `attempt ${run.attempt}`);
      return {};
    case 'migrate': {
      const evidence = await migrate(
        migrationRun(run, step.target),
        step.migration,
        await desired(run, step.migration.service),
        'up',
      );
      return { evidence };
    }
    case 'prepare':
      return prepare(run, step.target, await desired(run, step.service));
    case 'canary':
      return startCanary(run, step.target, await desired(run, step.service));
    case 'bake':
      return bake(run);
    case 'promote':
      return {};
    case 'rollout':
      return rollOut(run, step.target, await desired(run, step.service));
    case 'retire':
      return retire(run, step.target, await desired(run, step.service));
  }
}

/** What a migration needs to know of the run. */
export function migrationRun(run: Run, target: string): Parameters<typeof migrate>[0] {
  return {
    context: run.context,
    release: run.release.journal.plan.id,
    attempt: run.attempt,
    lock: lockOf(run, target),
    timeout: run.policy.production.rolloutTimeout,
  };
}

/** A service's production objects with the image that was staged. */
export function desired(run: Run, name: string): Promise<DesiredService> {
  const { spec } = run.release.journal.plan;
  const image = run.images[name] ?? spec.services.find((service) => service.name === name)?.image ?? '';
  return desiredService(run.context, spec.candidate.commit, 'production', name, image);
}

/** Creates what the candidate needs and production does not have yet; what exists is left for the rollout. */
async function prepare(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const lock = lockOf(run, target);
  const created: string[] = [];
  for (const object of service.others) {
    if ((await lock.cluster.get(refOf(object))) !== undefined) continue;
    await applyFenced(run.context, lock, object);
    created.push(nameOf(object));
  }
  return { detail: created.length === 0 ? 'nothing new' : `created ${created.join(', ')}` };
}

async function startCanary(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { context } = run;
  const lock = lockOf(run, target);
  const { plan } = run.release.journal;
  const stable = await lock.cluster.get(refOf(service.deployment));
  if (stable === undefined) return { detail: 'new service: there is nothing to compare a canary with' };
  const replicas = canaryReplicas(percentRatio(plan.spec.canary.share), replicasOf(stable));
  const canary = canaryDeployment(service.deployment, replicas, plan.id);
  refuseOverlap(stable, canary);
  const share = replicas / (replicas + replicasOf(stable));
  refuseLargeShare(run, service.name, share, replicasOf(stable));
  const written = await applyFenced(context, lock, canary);
  const pods = await awaitRollout(context, lock, written, run.policy.production.rolloutTimeout);
  refuseDrift(run, service, imageIds(pods, service.container));
  return {
    detail: `${replicas} of ${replicas + replicasOf(stable)} pods, ${(share * 100).toFixed(1)} % of the requests`,
  };
}

async function rollOut(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { context } = run;
  const lock = lockOf(run, target);
  for (const object of service.others) await applyFenced(context, lock, object);
  const written = await applyFenced(context, lock, service.deployment);
  const pods = await awaitRollout(context, lock, written, run.policy.production.rolloutTimeout);
  refuseDrift(run, service, imageIds(pods, service.container));
  return { detail: `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}` };
}

async function retire(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const name = canaryName(service.deployment.metadata.name);
  await removeFenced(run.context, lockOf(run, target), { ...refOf(service.deployment), name });
  return {};
}

/** A stable Deployment whose selector matched canary pods would take them over and scale them away. */
function refuseOverlap(stable: KubeObject, canary: KubeObject): void {
  if (!selects(selectorOf(stable), podLabelsOf(canary))) return;
  throw new RelctlError(
    'canary.selector-overlap',
    `the selector of ${nameOf(stable)} also matches the pods of its canary`,
    {
      why: 'Two Deployments that select the same pods fight over them; a selector cannot be changed in place.',
      hints: [
        'give the stable Deployment the label track: stable in its selector and pod template, once, in a release of its own',
        'the Service must not select on track',
      ],
    },
  );
}

function refuseLargeShare(run: Run, service: string, share: number, stable: number): void {
  const limit = percentRatio(run.policy.canary.maxShare);
  if (share <= limit + 1e-9) return;
  throw new RelctlError(
    'canary.share-too-large',
    `one canary pod beside ${stable} stable ${stable === 1 ? 'pod' : 'pods'} of ${service} would get ${(share * 100).toFixed(1)} % of the requests; the policy allows ${run.policy.canary.maxShare}`,
    {
      why: 'Behind a shared Service the share follows from the number of pods, and more users than agreed would meet the candidate.',
      hints: [
        `run at least ${Math.ceil(1 / limit) - 1} replicas of ${service}, or canary by region`,
        `or raise canary.maxShare in the process policy`,
      ],
    },
  );
}

/** The pods must run exactly the images that were staged and signed off. */
function refuseDrift(run: Run, service: DesiredService, running: readonly string[]): void {
  const staged = run.release.journal.state.stage?.images[service.name] ?? [];
  const foreign = running.filter((id) => !staged.includes(id));
  if (foreign.length === 0 || staged.length === 0) return;
  throw new RelctlError(
    'cluster.drift',
    `${service.name} runs ${foreign.join(', ')}, but ${staged.join(', ')} was staged and signed off`,
    {
      why: 'The sign-offs are about the image that was in staging, not about its name.',
      hints: [`relctl stage ${run.release.journal.plan.id}`],
      data: { service: service.name, running, staged },
    },
  );
}
