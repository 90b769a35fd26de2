import type { Step } from '../../domain/deployment/steps.ts';
import { canaryName } from '../../domain/kubernetes/manifests.ts';
import { PRODUCT } from '../../domain/kubernetes/own-objects.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import { bake } from '../canary/bake.ts';
import { exposeCanary, hideCanary, removeOwn, removeRouting } from '../canary/routing.ts';
import { soak } from '../canary/soak.ts';
import { startCanary } from '../canary/start.ts';
import { refOf } from '../cluster/apply.ts';
import type { DesiredObjects, DesiredService } from '../cluster/desired-objects.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { recordSnapshot } from '../cluster/snapshot.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { awaitApplied, awaitSynced } from '../gitops/await-applied.ts';
import { commitRollout } from '../gitops/commit-rollout.ts';
import { recorded } from '../release/message.ts';
import { notify } from '../release/notify.ts';
import { pinsBeside } from './images.ts';
import { jobRecord } from './job-record.ts';
import { migrate } from './migrate.ts';
import type { MigrationRun } from './migration-job.ts';
import { prepare, rollOut, rollOutObjects } from './roll-out.ts';
import { desired, shipped } from './shipped.ts';

/**
 * Carries out one step. Each reads the cluster first and brings it where it should be, so that a step which a killed run had
 * half done is finished and one that it had done is left alone.
 */
export async function perform(run: Run, step: Step): Promise<StepResult> {
  const { context, release } = run;
  switch (step.kind) {
    case 'baseline': {
      const all = await shipped(run);
      return { evidence: await recordSnapshot(run, step.target, [all.product, ...all.services]) };
    }
    case 'notify':
      await notify(context, release, 'deploy.starting', `attempt ${run.attempt}`, {}, [
        recorded('deploy.started', { attempt: run.attempt }),
      ]);
      return {};
    case 'migrate': {
      const service = await desired(run, step.migration.service);
      // The Job runs as the service's own container does, and that may read a ConfigMap that is new with this release.
      await prepare(run, step.target, service);
      const evidence = await migrate(migrationRun(run, step.target), step.migration, service, 'up');
      return evidence === undefined ? { detail: 'it has run, as a person found' } : { evidence };
    }
    case 'prepare':
      return prepare(
        run,
        step.target,
        step.service === PRODUCT ? await product(run) : await desired(run, step.service),
      );
    case 'canary':
      return startCanary(run, step.target, await desired(run, step.service));
    case 'expose':
      return exposeCanary(run, step.target, await desired(run, step.service));
    case 'bake':
      return bake(run);
    case 'soak':
      return soak(run, step);
    case 'promote':
      return {};
    case 'rollout':
      if (gitopsOf(context.config) !== undefined)
        return awaitApplied(run, step.target, await desired(run, step.service));
      return step.service === PRODUCT
        ? rollOutObjects(run, step.target, await product(run))
        : rollOut(run, step.target, await desired(run, step.service));
    case 'commit':
      return commitRollout(run, step.target);
    case 'sync':
      return awaitSynced(run, step.target);
    case 'hide':
      return hideCanary(run, step.target, await desired(run, step.service));
    case 'retire':
      return retire(run, step.target, await desired(run, step.service));
  }
}

/** What a migration needs to know of the run. */
export function migrationRun(run: Run, target: string): MigrationRun {
  return {
    context: run.context,
    release: run.release.journal.plan.id,
    attempt: run.attempt,
    lock: lockOf(run, target),
    timeout: run.policy.production.rolloutTimeout,
    pins: pinsBeside(run.release.journal.state),
    record: jobRecord(run, target),
  };
}

async function product(run: Run): Promise<DesiredObjects> {
  return (await shipped(run)).product;
}

async function retire(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  await removeRouting(run, target, service.name);
  const name = canaryName(service.deployment.metadata.name);
  await removeOwn(run, target, { ...refOf(service.deployment), name });
  return {};
}
