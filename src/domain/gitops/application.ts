import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { ObjectRef } from '../../ports/cluster.ts';
import type { ApplicationKind, ApplicationRef } from './application-kind.ts';
import { applicationOfArgo } from './argo.ts';
import { kustomizationOfFlux } from './flux.ts';

/** What applies commits, by its kind. */
const APPLICATIONS: Readonly<Record<string, ApplicationKind>> = {
  Kustomization: kustomizationOfFlux,
  Application: applicationOfArgo,
};

/** The application of a configuration, in its parts. */
export function applicationRef({ application }: Pick<GitOpsSettings, 'application'>): ApplicationRef {
  const [kind = '', namespace = '', name = ''] = application.split('/');
  return { kind, namespace, name };
}

/** What the kind of an application means. The schema of relctl.yaml allows no others. */
export function applicationKind({ kind }: ApplicationRef): ApplicationKind {
  const found = APPLICATIONS[kind];
  if (found === undefined) throw new Error(`no reconciler of a ${kind} is known`);
  return found;
}

/** Where the object is, inside its namespace. */
export function applicationObject(ref: ApplicationRef): ObjectRef {
  return { apiVersion: applicationKind(ref).apiVersion, kind: ref.kind, name: ref.name };
}

/** Its name for people: `Kustomization flux-system/shop`. */
export function applicationText({ kind, namespace, name }: ApplicationRef): string {
  return `${kind} ${namespace}/${name}`;
}

/** The application as relctl.yaml names it, from the title that `reconcilerOf` gives it; Argo CD's own namespace is `argocd` where it does not say. */
export function applicationNamed(title: string): string | undefined {
  const [, tool, own = ''] = /^(Flux Kustomization|Argo CD Application) (\S+)$/.exec(title) ?? [];
  if (tool === undefined) return undefined;
  if (tool === 'Argo CD Application') return `Application/${own.includes('/') ? own : `argocd/${own}`}`;
  return own.includes('/') ? `Kustomization/${own}` : undefined;
}
