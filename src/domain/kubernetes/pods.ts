import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';
import { imageReference } from './image-reference.ts';

/** The pods that an object makes, whatever its kind. */

/** Labels, as pods and selectors have them. */
export type Labels = Readonly<Record<string, string>>;

/** A container of a pod template; what relctl does not read is kept. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly [field: string]: unknown;
}

/** A pod template. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels; readonly [field: string]: unknown };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly [field: string]: unknown;
  };
}

/** Where the pod template of a kind stands. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = byName({
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Rollout: ['spec', 'template'],
});

/** The pod template of an object; `undefined` for a kind that makes no pods. */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const path = Object.hasOwn(TEMPLATES, object.kind) ? TEMPLATES[object.kind] : undefined;
  if (path === undefined) return undefined;
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
    object,
  ) as PodTemplate | undefined;
}

/** The object with another pod template; one of a kind that makes no pods as it is. */
function withPodTemplate(object: KubeObject, change: (template: PodTemplate) => PodTemplate): KubeObject {
  const template = podTemplateOf(object);
  const path = TEMPLATES[object.kind];
  return template === undefined || path === undefined
    ? object
    : (replaced(object, path, change(template)) as KubeObject);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], inner: unknown): unknown {
  if (key === undefined) return inner;
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: replaced(fields[key], rest, inner) };
}

/** All containers of an object's pods, init containers first. */
export function allContainers(object: KubeObject): readonly Container[] {
  const { initContainers = [], containers = [] } = podTemplateOf(object)?.spec ?? {};
  return [...initContainers, ...containers];
}

/** An image without tag and digest: what tells one program from another. */
export function imageRepository(image: string): string {
  return imageReference(image).name;
}

/** The last part of an image's repository. */
export function imageName(image: string): string {
  const repository = imageRepository(image);
  return repository.slice(repository.lastIndexOf('/') + 1);
}

/** Sets an image in every container, init containers too, for which `wanted` holds. */
export function withImages(
  object: KubeObject,
  image: string,
  wanted: (container: Container, init: boolean) => boolean,
): KubeObject {
  return withPodTemplate(object, (template) => {
    const set = (containers: readonly Container[], init: boolean) =>
      containers.map((one) => (wanted(one, init) ? { ...one, image } : one));
    const { containers = [], initContainers } = template.spec ?? {};
    return {
      ...template,
      spec: {
        ...template.spec,
        ...(initContainers === undefined ? {} : { initContainers: set(initContainers, true) }),
        containers: set(containers, false),
      },
    };
  });
}

/**
 * The object with the images pinned that are known by now; by the image as it is written. A Job stays as it is: its template is immutable, and
 * one that has run already would be refused for the digest alone.
 */
export function withPinnedImages(object: KubeObject, pins: ReadonlyMap<string, string>): KubeObject {
  if (object.kind === 'Job') return object;
  return withPodTemplate(object, (template) => {
    const pin = (containers: readonly Container[]) =>
      containers.map((one) => {
        const pinned = one.image === undefined ? undefined : pins.get(one.image);
        return pinned === undefined ? one : { ...one, image: pinned };
      });
    const { containers = [], initContainers } = template.spec ?? {};
    return {
      ...template,
      spec: {
        ...template.spec,
        ...(initContainers === undefined ? {} : { initContainers: pin(initContainers) }),
        containers: pin(containers),
      },
    };
  });
}
