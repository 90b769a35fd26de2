import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import type { Condition } from '../kubernetes/condition.ts';
import { imageRepository } from '../kubernetes/pods.ts';
import type { ApplicationKind, Sync } from './application-kind.ts';
import { commitIn, folderOf, sameFolder } from './revision.ts';

/** A Kustomization of Flux. Source: API reference of kustomize.toolkit.fluxcd.io/v1. */

interface Spec {
  readonly path?: string;
  readonly suspend?: boolean;
  readonly images?: readonly { readonly name: string }[];
  readonly sourceRef?: { readonly kind: string; readonly name: string; readonly namespace?: string };
}
interface SourceSpec {
  readonly url?: string;
  readonly ref?: Readonly<Record<string, string>>;
}
interface Status {
  readonly observedGeneration?: number;
  readonly lastAppliedRevision?: string;
  readonly lastAttemptedRevision?: string;
  readonly conditions?: readonly Condition[];
}

export const kustomizationOfFlux: ApplicationKind = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  tool: 'Flux Kustomization',
  marks: [
    {
      at: 'labels',
      key: 'kustomize.toolkit.fluxcd.io/name',
      namespace: 'kustomize.toolkit.fluxcd.io/namespace',
    },
  ],
  syncOf,
  images: {
    at: 'spec.images',
    of: ({ spec }) => (((spec ?? {}) as Spec).images ?? []).map(({ name }) => imageRepository(name)),
  },
  sourceRef({ spec }, ref) {
    const { sourceRef } = (spec ?? {}) as Spec;
    if (sourceRef?.kind !== 'GitRepository') return undefined;
    const { kind, name, namespace = ref.namespace } = sourceRef;
    return { namespace, object: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind, name } };
  },
  settingsOf({ spec }, source) {
    const { path } = (spec ?? {}) as Spec;
    const { url, ref } = (source?.spec ?? {}) as SourceSpec;
    // A tag or a version may be read instead of a branch; without any of them it is master.
    const branch = ref === undefined && source !== undefined ? 'master' : ref?.branch;
    return {
      ...(url === undefined ? {} : { repository: url }),
      ...(branch === undefined ? {} : { branch }),
      path: folderOf(path ?? '') || '.',
    };
  },
  obstacle(live, { path }, { namespace, name }) {
    const spec = (live.spec ?? {}) as Spec;
    if (spec.suspend === true) {
      return {
        problem: 'is suspended: it applies no commit',
        fix: command`flux -n ${namespace} resume kustomization ${name}`,
      };
    }
    if (sameFolder(spec.path ?? '.', path)) return undefined;
    return {
      problem: `applies ${spec.path ?? 'the whole repository'}, and relctl.yaml names ${path}`,
      fix: 'correct environments.production.gitops.path in relctl.yaml',
    };
  },
};

/** A status of an older generation says nothing of what is asked for now. */
function syncOf({ metadata, status }: KubeObject): Sync {
  const {
    observedGeneration = 0,
    lastAppliedRevision,
    lastAttemptedRevision,
    conditions = [],
  } = (status ?? {}) as Status;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const revision = commitIn(lastAppliedRevision);
  const attempted = commitIn(lastAttemptedRevision);
  const generation = metadata.generation ?? 0;
  const isCurrent = observedGeneration >= generation && (ready?.observedGeneration ?? 0) >= generation;
  return {
    state: !isCurrent || ready === undefined ? 'progressing' : (STATES[ready.status] ?? 'progressing'),
    ...(revision === undefined ? {} : { revision }),
    ...(attempted === undefined ? {} : { attempted }),
    detail: ready === undefined ? 'no status yet' : [ready.reason, ready.message].filter(Boolean).join(': '),
  };
}

const STATES: Readonly<Record<string, Sync['state']>> = byName({ True: 'ready', False: 'failed' });
