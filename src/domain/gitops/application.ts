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
export function applicationRef({ application }: GitOpsSettings): ApplicationRef {
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
