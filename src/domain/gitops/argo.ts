import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { imageRepository } from '../kubernetes/pods.ts';
import type { ApplicationKind, Sync } from './application-kind.ts';
import { commitIn, folderOf, sameFolder } from './revision.ts';

/** An Application of Argo CD. Source: the CRD of argoproj.io/v1alpha1, "status.sync", "status.health", "status.operationState". */

interface Spec {
  readonly source?: {
    readonly path?: string;
    readonly chart?: string;
    readonly repoURL?: string;
    readonly targetRevision?: string;
    readonly kustomize?: { readonly images?: readonly string[] };
  };
  readonly sources?: readonly { readonly path?: string }[];
  readonly sourceHydrator?: object;
  readonly syncPolicy?: { readonly automated?: { readonly enabled?: boolean } };
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

/** As `metadata.managedFields` names it. */
const MANAGERS = ['argocd-controller', 'argocd-application-controller'];

export const applicationOfArgo: ApplicationKind = {
  apiVersion: 'argoproj.io/v1alpha1',
  tool: 'Argo CD Application',
  marks: [
    // The namespace stands before it for an Application that is not in that of Argo CD ("Applications in any namespace").
    { at: 'annotations', key: 'argocd.argoproj.io/tracking-id', parted: '_' },
    { at: 'labels', key: 'argocd.argoproj.io/instance', parted: '_' },
    // What Argo CD tracks by until version 3; charts write it as well.
    { at: 'labels', key: 'app.kubernetes.io/instance', parted: '_', managers: MANAGERS },
  ],
  home: 'argocd',
  syncOf,
  images: {
    at: 'spec.source.kustomize.images',
    // `name=new:tag`, `name:tag` or `name@digest`, as `kustomize edit set image` takes them.
    of: ({ spec }) =>
      (((spec ?? {}) as Spec).source?.kustomize?.images ?? []).map((one) =>
        imageRepository(one.includes('=') ? one.slice(0, one.indexOf('=')) : one),
      ),
  },
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
  obstacle({ spec }, { path }, { namespace, name }) {
    const { source, sources, sourceHydrator, syncPolicy } = (spec ?? {}) as Spec;
    if (sources !== undefined && sources.length > 0) {
      return {
        problem: 'has several sources, and which of them a commit is of cannot be told',
        fix: 'have an Application of one source for what relctl releases',
      };
    }
    if (sourceHydrator !== undefined) {
      return {
        problem: 'is hydrated: Argo CD itself writes the branch that it applies, and would write over a commit there',
        fix: 'have an Application that applies what people commit for what relctl releases',
      };
    }
    if (source?.chart !== undefined) {
      return {
        problem: `applies the chart ${source.chart}, whose version is no commit`,
        fix: 'have an Application of a folder in git for what relctl releases',
      };
    }
    const { automated } = syncPolicy ?? {};
    if (automated === undefined || automated.enabled === false) {
      return {
        problem: 'is synced only when somebody asks for it: it applies no commit by itself',
        fix: command`argocd app set ${`${namespace}/${name}`} --sync-policy automated`,
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
