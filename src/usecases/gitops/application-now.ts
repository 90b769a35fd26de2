import { applicationKind, applicationObject, applicationRef } from '../../domain/gitops/application.ts';
import type { Sync, SyncObstacle } from '../../domain/gitops/application-kind.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Context } from '../release/context.ts';
import { gitopsGround } from './ground.ts';
import { proposeGitOps } from './propose.ts';

/** The application of relctl.yaml as it is now. */
export interface ApplicationNow {
  /** Why it would not apply what is committed. */
  readonly obstacle: SyncObstacle | undefined;
  /** How far it has come; `undefined` where it is not there. */
  readonly sync: Sync | undefined;
  /** Images that it sets by itself, over what is committed, and where it says so. */
  readonly images: { readonly at: string; readonly names: readonly string[] };
}

/** Asks the cluster for the application, and whether what is committed would get there by it. Errors: those of a cluster. */
export async function applicationNow(context: Context): Promise<ApplicationNow> {
  const { settings } = gitopsGround(context);
  const ref = applicationRef(settings);
  const clusterIn = (namespace: string) =>
    context.environments.reconciler?.(namespace) ?? { get: async (): Promise<KubeObject | undefined> => undefined };
  const live = await clusterIn(ref.namespace).get(applicationObject(ref));
  if (live === undefined) {
    const fix = 'correct environments.production.gitops.application in relctl.yaml';
    return { obstacle: { problem: 'is not there', fix }, sync: undefined, images: { at: '', names: [] } };
  }
  const kind = applicationKind(ref);
  const { branch = settings.branch } = await proposeGitOps(clusterIn, settings.application);
  const otherBranch =
    branch === settings.branch
      ? undefined
      : {
          problem: `reads the branch ${branch}, and relctl.yaml names ${settings.branch}`,
          fix: 'correct environments.production.gitops.branch in relctl.yaml',
        };
  return {
    obstacle: kind.obstacle(live, settings, ref) ?? otherBranch,
    sync: kind.syncOf(live),
    images: { at: kind.images?.at ?? '', names: kind.images?.of(live) ?? [] },
  };
}
