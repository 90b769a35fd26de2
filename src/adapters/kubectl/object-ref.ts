import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';

/** What names an object. */
export function refOf(object: KubeObject): ObjectRef {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
}

/** An object in a sentence: `Deployment web`. */
export function subjectOf(ref: ObjectRef): string {
  return `${ref.kind} ${ref.name}`;
}

/** A key for one version of one object. */
export function versionKey(of: KubeObject | ObjectRef, resourceVersion: string | undefined): string {
  const name = 'metadata' in of ? (of as KubeObject).metadata.name : (of as ObjectRef).name;
  return `${of.apiVersion}/${of.kind}/${name}@${resourceVersion}`;
}
