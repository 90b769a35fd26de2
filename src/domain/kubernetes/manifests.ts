import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';
import { imageDigest } from './image-reference.ts';
import { type LabelSelector, matchesSelector } from './label-selector.ts';
import { namedElsewhere } from './named-elsewhere.ts';
import { allContainers, type Labels, podTemplateOf } from './pods.ts';
import { referencesOf } from './references.ts';

/**
 * What relctl does to Kubernetes manifests before they reach a cluster. Pure: objects in, objects out.
 */

/** Annotation that says which release wrote an object last, and with which fence. */
export const FENCE_ANNOTATION = 'relctl.dev/fence';
/** Label on everything that exists only for a release. */
export const RELEASE_LABEL = 'relctl.dev/release';
/** On a DaemonSet of which some pods are the canary: how many. */
export const FIRST_PODS_ANNOTATION = 'relctl.dev/first-pods';
/** Label that tells canary pods from stable ones, in selectors and in metrics. */
export const TRACK_LABEL = 'track';

/** Reference of an object, as people write it: `Deployment/web`. */
export function nameOf(object: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${object.kind}/${object.metadata.name}`;
}

/** Metadata that the server sets; `revision` belongs to the Deployment controller. */
const SERVER_METADATA = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'namespace',
]);
const SERVER_ANNOTATIONS = new Set(['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation']);

/** An object without status and what the server sets: what can be put back, and compared. */
export function withoutServerFields(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const annotations = pruned(metadata.annotations, (key) => !SERVER_ANNOTATIONS.has(key));
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !SERVER_METADATA.has(key) && key !== 'annotations'),
  );
  return {
    ...rest,
    metadata: { ...kept, name: metadata.name, ...(annotations === undefined ? {} : { annotations }) },
  } as KubeObject;
}

function pruned(
  map: Readonly<Record<string, string>> | undefined,
  keep: (key: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  if (map === undefined) return undefined;
  const entries = Object.entries(map).filter(([key]) => keep(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** True when two objects are the same, server-set fields aside. */
export function sameObject(a: KubeObject, b: KubeObject): boolean {
  return canonicalJson(withoutServerFields(a)) === canonicalJson(withoutServerFields(b));
}

/** The object with the fence of the run that writes it. */
export function fenced(object: KubeObject, fence: string): KubeObject {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [FENCE_ANNOTATION]: fence } },
  };
}

/** The object without the fence of any run, as it was before relctl wrote it. */
export function unfenced(object: KubeObject): KubeObject {
  const annotations = pruned(object.metadata.annotations, (key) => key !== FENCE_ANNOTATION);
  const { annotations: _annotations, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) } };
}

/**
 * Kinds that change what runs now or begin to act by themselves: they are written with the rollout, never before the canary was
 * judged. Everything else that production does not have yet, the candidate's pods may need.
 */
const ACTING = new Set([
  'CronJob',
  'GRPCRoute',
  'HTTPRoute',
  'HorizontalPodAutoscaler',
  'Ingress',
  'Job',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'ScaledObject',
  'TCPRoute',
  'TLSRoute',
  'UDPRoute',
]);

/**
 * True when an object that production does not have yet may be there before the canary. A cache may; another workload that runs
 * what is shipped, such as a worker, would act on production before the canary was judged.
 */
export function isPreparable(
  object: KubeObject,
  service: { readonly deployment?: KubeObject; readonly container?: string } = {},
): boolean {
  if (ACTING.has(object.kind)) return false;
  const { deployment, container } = service;
  const shipped = deployment && allContainers(deployment).find((one) => one.name === container)?.image;
  return shipped === undefined || allContainers(object).every(({ image }) => image !== shipped);
}

/** The fence's number in `<release>/<number>`, or 0 where there is none. */
export function fenceNumber(annotation: string | undefined): number {
  const number = Number(annotation?.slice(annotation.lastIndexOf('/') + 1));
  return Number.isSafeInteger(number) ? number : 0;
}

/** A pod template and what is above it, as far as relctl changes it. */
interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
    readonly [field: string]: unknown;
  };
}
interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown };
  readonly spec: { readonly containers: readonly Container[]; readonly [field: string]: unknown };
}
interface Container {
  readonly name: string;
  readonly image?: string;
  readonly [field: string]: unknown;
}

/** True for a Deployment with a pod template. */
export function isDeployment(object: KubeObject): object is Workload {
  return object.apiVersion === 'apps/v1' && object.kind === 'Deployment' && typeof object.spec === 'object';
}

/** True for a workload whose number of pods is a field: a Deployment or a StatefulSet. */
export function isScalable(object: KubeObject): boolean {
  return object.apiVersion === 'apps/v1' && (object.kind === 'Deployment' || object.kind === 'StatefulSet');
}

/** Replicas that a workload asks for; Kubernetes' default is 1. A DaemonSet has as many as there are nodes, and counts as 1. */
export function replicasOf(workload: KubeObject): number {
  return (workload.spec as { readonly replicas?: number } | undefined)?.replicas ?? 1;
}

/** False where Kubernetes' default, or an autoscaler, decides how many pods there are. */
export function saysReplicas({ spec }: KubeObject): boolean {
  return (spec as { readonly replicas?: number } | undefined)?.replicas !== undefined;
}

/** True for a Service that sends requests to the pods of a workload. */
export function isServiceOf({ kind, spec }: KubeObject, workload: KubeObject): boolean {
  const { selector } = (spec ?? {}) as { readonly selector?: Labels };
  return (
    kind === 'Service' &&
    selector !== undefined &&
    Object.keys(selector).length > 0 &&
    matchesSelector({ matchLabels: selector }, podLabelsOf(workload))
  );
}

/** How a workload selects its pods. */
export function selectorOf(workload: KubeObject): LabelSelector {
  return (workload.spec as { readonly selector?: LabelSelector } | undefined)?.selector ?? {};
}

/** An image reference pinned to a digest, with its tag kept for people: `repo:tag@sha256:…`. */
export function pinnedImage(image: string, imageId: string | undefined): string {
  const digest = imageDigest(imageId ?? '');
  return digest === undefined || image.includes('@') ? image : `${image}@${digest}`;
}

/** How many canary pods come nearest to a share of all pods without being none. */
export function canaryReplicas(share: number, stable: number): number {
  return Math.max(1, Math.round((share * stable) / (1 - share)));
}

/** Labels of canary pods: the stable ones with their own track. */
function canaryLabels(labels: Labels, release: string): Labels {
  return { ...labels, [TRACK_LABEL]: 'canary', [RELEASE_LABEL]: release };
}

/** Keys of a Service's selector that are changed last: metrics and network policies go by them more often than by others. */
const NAMES = ['app', 'app.kubernetes.io/name'];
/** The longest value that a label may have. Source: Kubernetes API conventions, labels. */
const LONGEST_VALUE = 63;

/**
 * What a canary's labels say otherwise so that the stable Service leaves its pods out: one key of the selector gets a value of its
 * own, as Flagger does it, and nothing of the stable objects has to change. Nothing where the selector tells them apart already.
 * @param labels of the canary's pods otherwise
 */
function labelsApart(service: KubeObject | undefined, labels: Labels): Labels {
  const { selector } = (service?.spec ?? {}) as { readonly selector?: Labels };
  if (selector === undefined || !matchesSelector({ matchLabels: selector }, labels)) return {};
  const keys = Object.keys(selector);
  const key = keys.find((one) => !NAMES.includes(one)) ?? keys[0];
  return key === undefined ? {} : { [key]: `${(selector[key] ?? '').slice(0, LONGEST_VALUE - 7)}-canary` };
}

/**
 * The Deployment of the canary: the candidate's, under its own name and with a selector that no stable pod has. The stable
 * selector may match canary pods: a Deployment takes only what it owns, by owner reference and the hash in its ReplicaSets'
 * selectors.
 * @param apart the Service that must leave its pods out, where something else divides the requests
 */
export function canaryDeployment(
  deployment: KubeObject,
  replicas: number,
  release: string,
  apart?: KubeObject,
): KubeObject {
  if (!isDeployment(deployment)) return deployment;
  const { template } = deployment.spec;
  const all = canaryLabels(template.metadata?.labels ?? {}, release);
  const own = labelsApart(apart, all);
  const selected = Object.keys(canaryLabels(ownLabels(deployment), release));
  const labels = { ...all, ...own };
  return {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      name: canaryName(deployment.metadata.name),
      labels: canaryLabels(deployment.metadata.labels ?? {}, release),
    },
    spec: {
      ...deployment.spec,
      replicas,
      selector: { matchLabels: Object.fromEntries(selected.map((key) => [key, labels[key] ?? ''])) },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Labels that tell the pods of a Deployment from those of others; all of theirs where its selector has only expressions. */
function ownLabels(deployment: KubeObject): Labels {
  const { matchLabels = {} } = selectorOf(deployment);
  return Object.keys(matchLabels).length > 0 ? matchLabels : podLabelsOf(deployment);
}

/** Name of the canary's objects beside the stable ones. */
export function canaryName(name: string): string {
  return `${name}-canary`;
}

/** Labels of a workload's pods. */
export function podLabelsOf(workload: KubeObject): Readonly<Record<string, string>> {
  return podTemplateOf(workload)?.metadata?.labels ?? {};
}

/**
 * Gives every ConfigMap and Secret that the objects read a name that ends in the hash of its content, and points whatever names it
 * there. One that nothing among them reads keeps its name: whoever reads it finds it by that. So does one that is named in a place
 * which only some program understands (see `namedElsewhere`).
 * Canary and stable pods then each read their own, nothing that runs is changed under it, and a rollback finds the old one where
 * it was.
 */
export function withContentNames(objects: readonly KubeObject[]): readonly KubeObject[] {
  const names = new Map<string, string>();
  const read = new Set(
    objects
      .filter((object) => !holdsValues(object))
      .flatMap(referencesOf)
      .map(({ kind, name }) => `${kind}/${name}`),
  );
  const fixed = namedElsewhere(objects);
  const isFixed = ({ kind, metadata }: KubeObject) => fixed.has(`${kind}/${metadata.name}`);
  const renamed = objects.map((object) => {
    if (!holdsValues(object) || isFixed(object) || !read.has(`${object.kind}/${object.metadata.name}`)) return object;
    const name = `${object.metadata.name}-${contentHash(object)}`;
    names.set(`${object.kind}/${object.metadata.name}`, name);
    return { ...object, metadata: { ...object.metadata, name } };
  });
  return renamed.map((object) => (holdsValues(object) ? object : (repoint(object, names) as KubeObject)));
}

/** True for an object that is named by the hash of what it holds, and so never changes once it is there. */
export function isContentNamed(object: KubeObject): boolean {
  return holdsValues(object) && object.metadata.name.endsWith(`-${contentHash(object)}`);
}

function holdsValues({ kind }: Pick<KubeObject, 'kind'>): boolean {
  return kind === 'ConfigMap' || kind === 'Secret';
}

/**
 * Objects in the order in which they are written: what pods read when they start comes before the workloads, whatever the order of the manifests, so that no pod
 * starts with the values of another release.
 */
export function readFirst<T extends Pick<KubeObject, 'kind'>>(objects: readonly T[]): readonly T[] {
  return [...objects.filter(holdsValues), ...objects.filter((one) => !holdsValues(one))];
}

function contentHash({ metadata: _metadata, ...content }: KubeObject): string {
  return sha256(canonicalJson(content)).slice(0, 8);
}

/** Where objects name ConfigMaps and Secrets: the key under which the name stands, by the key of its parent. */
const REFERENCES: Readonly<Record<string, readonly [kind: string, key: string]>> = byName({
  configMapKeyRef: ['ConfigMap', 'name'],
  configMapRef: ['ConfigMap', 'name'],
  configMap: ['ConfigMap', 'name'],
  secretKeyRef: ['Secret', 'name'],
  secretRef: ['Secret', 'name'],
  secret: ['Secret', 'secretName'],
  imagePullSecrets: ['Secret', 'name'],
  tls: ['Secret', 'secretName'],
});

function repoint(value: unknown, names: ReadonlyMap<string, string>, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => repoint(item, names, parent));
  if (value === null || typeof value !== 'object') return value;
  const reference = REFERENCES[parent];
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isProjected =
        reference !== undefined && (key === reference[1] || key === 'name') && typeof item === 'string';
      const name = isProjected ? names.get(`${reference[0]}/${item}`) : undefined;
      return [key, name ?? repoint(item, names, key)];
    }),
  );
}
