import { leaveAlone, notKept } from '../../domain/deployment/fitness.ts';
import { applicationNamed, applicationRef, keeperTitle } from '../../domain/gitops/application.ts';
import type { Reconciler } from '../../domain/kubernetes/reconcilers.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Context } from '../release/context.ts';
import type { MiskeptWorkload } from './keepers.ts';
import { proposalText, proposeGitOps } from './propose.ts';

/** What is wrong with who keeps a workload, in one sentence. */
export function keptText(config: Config, { object, reconciler }: MiskeptWorkload): string {
  const settings = gitopsOf(config);
  if (settings !== undefined || reconciler === undefined) {
    const ref = settings && applicationRef(settings);
    return notKept(object, reconciler, ref && keeperTitle(ref));
  }
  return `${object} is kept as it is by ${reconciler.name} (${reconciler.evidence}): a release over it is refused`;
}

/** What to do about it: with what the cluster tells of the repository, where it does. */
export async function wayOut(
  context: Pick<Context, 'config' | 'environments'>,
  reconciler: Reconciler | undefined,
): Promise<string> {
  if (gitopsOf(context.config) !== undefined || reconciler === undefined) {
    return 'correct environments.production.gitops.application in relctl.yaml';
  }
  const application = applicationNamed(reconciler.name);
  const { reconciler: clusterIn } = context.environments;
  if (application === undefined || clusterIn === undefined) return leaveAlone(reconciler);
  try {
    const proposal = await proposeGitOps((namespace) => clusterIn(namespace), application);
    return `release it by commits: environments.production in relctl.yaml gets ${proposalText(proposal)}`;
  } catch (error) {
    if (error instanceof RelctlError) return leaveAlone(reconciler);
    throw error;
  }
}
