import type { KubeObject } from '../../ports/cluster.ts';
import type { ApplicationKind, Sync } from './application-kind.ts';
import { commitIn, folderOf, sameFolder } from './revision.ts';

/** An Application of Argo CD. Source: the CRD of argoproj.io/v1alpha1, "status.sync", "status.health", "status.operationState". */

interface Spec {
  readonly source?: { readonly path?: string; readonly repoURL?: string; readonly targetRevision?: string };
  readonly sources?: readonly { readonly path?: string }[];
}
interface Status {
  readonly sync?: { readonly status?: string; readonly revision?: string };
  readonly health?: { readonly status?: string; readonly message?: string };
  readonly operationState?: {
    readonly phase?: string;
    readonly message?: string;
    readonly operation?: { readonly sync?: { readonly revision?: string } };
    readonly syncResult?: { readonly revision?: string };
  };
}

export const applicationOfArgo: ApplicationKind = {
  apiVersion: 'argoproj.io/v1alpha1',
  // What it keeps names it without its namespace.
  titleOf: ({ name }) => `Argo CD Application ${name}`,
  syncOf,
  sourceRef: () => undefined,
  settingsOf({ spec }) {
    const { path, repoURL, targetRevision } = ((spec ?? {}) as Spec).source ?? {};
    return {
      ...(repoURL === undefined ? {} : { repository: repoURL }),
      // HEAD is whatever the repository calls its first branch.
      ...(targetRevision === undefined || targetRevision === 'HEAD' ? {} : { branch: targetRevision }),
      path: folderOf(path ?? '') || '.',
    };
  },
  obstacle({ spec }, { path }) {
    const { source, sources } = (spec ?? {}) as Spec;
    if (sources !== undefined && sources.length > 0) {
      return {
        problem: 'has several sources, and which of them a commit is of cannot be told',
        fix: 'have an Application of one source for what relctl releases',
      };
    }
    if (sameFolder(source?.path ?? '.', path)) return undefined;
    return {
      problem: `applies ${source?.path ?? 'the whole repository'}, and relctl.yaml names ${path}`,
      fix: 'correct environments.production.gitops.path in relctl.yaml',
    };
  },
};

function syncOf({ status }: KubeObject): Sync {
  const { sync = {}, health = {}, operationState = {} } = (status ?? {}) as Status;
  const revision = sync.status === 'Synced' ? commitIn(sync.revision) : undefined;
  const attempted = commitIn(operationState.syncResult?.revision ?? operationState.operation?.sync?.revision);
  const hasFailed = operationState.phase === 'Failed' || operationState.phase === 'Error';
  const isWell = revision !== undefined && health.status === 'Healthy';
  const said = [sync.status, health.status, hasFailed ? operationState.message : undefined, health.message];
  return {
    state: isWell ? 'ready' : hasFailed ? 'failed' : 'progressing',
    ...(revision === undefined ? {} : { revision }),
    ...(attempted === undefined ? {} : { attempted }),
    detail: said.filter(Boolean).join(', ') || 'no status yet',
  };
}
