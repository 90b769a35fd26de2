import { productionTargets } from '../../domain/deployment/steps.ts';
import { templateDigest } from '../../domain/kubernetes/as-written.ts';
import { FENCE_ANNOTATION, nameOf } from '../../domain/kubernetes/manifests.ts';
import { imageIds, newestPods } from '../../domain/kubernetes/rollout.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { EventOf } from '../../plan/events.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import { checkCommitted } from '../gitops/still-committed.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { refOf } from './apply.ts';
import { desiredService } from './desired-objects.ts';
import { clusterOf } from './run.ts';

type Images = Readonly<Record<string, readonly string[]>>;
type Templates = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a target is expected to run, and in which words that is said. */
interface Expectation {
  readonly target: string;
  readonly images: Images;
  /** Digests of the pod templates as they were then, by service and target; what an older relctl recorded has none. */
  readonly templates?: Templates | undefined;
  /** `staged` or `deployed`. */
  readonly was: string;
  /** What to do when it runs something else. */
  readonly fix: string;
  /** True where relctl itself has written the workloads: one without a fence was put there by somebody else since, whatever image it runs. */
  readonly isFenced?: boolean;
}

/** Whether staging still runs the very images that were recorded when the candidate was deployed there. */
export function checkStaged(context: Context, release: Release): Promise<readonly RecordedCheck[]> {
  const { plan, state } = release.journal;
  const images = state.stage?.images ?? {};
  return checkRunning(context, release, {
    target: 'staging',
    images,
    was: 'staged',
    fix: command`relctl stage ${plan.id}`,
  });
}

/**
 * Whether production still runs what was deployed: another controller, or a person, may have put the old version back since, and
 * then nothing that is measured is about the candidate.
 */
export async function checkDeployed(context: Context, release: Release): Promise<readonly RecordedCheck[]> {
  const checks = await Promise.all(
    productionTargets(context.config).map((target) => checkDeployedAt(context, release, target)),
  );
  return checks.flat();
}

/** As {@link checkDeployed}, for one target of production; where commits bring it what it runs, what the config repository says is looked at too. */
export async function checkDeployedAt(
  context: Context,
  release: Release,
  target: string,
): Promise<readonly RecordedCheck[]> {
  const { plan } = release.journal;
  const completed = plan.events.findLast(
    (event): event is EventOf<'deploy.completed'> => event.type === 'deploy.completed',
  );
  const { images = {}, templates } = completed?.data ?? {};
  const running = await checkRunning(context, release, {
    target,
    images,
    templates,
    was: 'deployed',
    isFenced: gitopsOf(context.config) === undefined,
    fix: `find out who changed it, then ${command`relctl rollback ${plan.id}`}`,
  });
  return gitopsOf(context.config) === undefined ? running : [...running, await checkCommitted(context, release)];
}

/**
 * One line a service: the pods of the newest revision run the expected images and no others, and they are made from what they were made from
 * then: a variable that was taken away, or another sidecar, is another release under the same image.
 */
async function checkRunning(
  context: Context,
  release: Release,
  { target, images, templates, was, fix, isFenced = false }: Expectation,
): Promise<readonly RecordedCheck[]> {
  const { plan } = release.journal;
  const cluster = clusterOf(context, target);
  const environment: EnvironmentName = target === 'staging' ? 'staging' : 'production';
  const [replicaSets, pods] = await Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
  ]);
  return Promise.all(
    plan.spec.services.map(async ({ name: service, image }) => {
      const name = `${service} in ${target}`;
      const expected = ownOf(images, service) ?? [];
      const desired = await desiredService(context, plan.spec.candidate.commit, environment, service, image);
      const live = await cluster.get(refOf(desired.deployment));
      if (live === undefined) return { name, ok: false, detail: `its ${desired.deployment.kind} is gone: ${fix}` };
      if (isFenced && live.metadata.annotations?.[FENCE_ANNOTATION] === undefined) {
        return { name, ok: false, detail: `somebody has replaced ${nameOf(live)} since it was ${was}: ${fix}` };
      }
      const running = imageIds(newestPods(live, replicaSets, pods), desired.container);
      const foreign = running.filter((id) => !expected.includes(id));
      if (running.length === 0) return { name, ok: false, detail: 'none of its pods is running' };
      if (foreign.length > 0)
        return { name, ok: false, detail: `runs ${foreign.join(', ')}, but ${expected.join(', ')} was ${was}: ${fix}` };
      const template = ownOf(ownOf(templates, service), target);
      if (template !== undefined && templateDigest(live) !== template) {
        const what = `the pod template of ${nameOf(live)}`;
        return {
          name,
          ok: false,
          detail: `somebody has changed ${what} since it was ${was}, under the same image: ${fix}`,
        };
      }
      return { name, ok: true, detail: `runs what was ${was}: ${running.join(', ')}` };
    }),
  );
}
