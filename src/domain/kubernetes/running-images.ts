import type { KubeObject } from '../../ports/cluster.ts';
import { byName, ownOf } from '../../text/by-name.ts';
import { isSameImage } from './image-reference.ts';
import { pinnedImage } from './manifests.ts';
import { allContainers } from './pods.ts';

/** What pods run beside the container that is shipped: sidecars, init containers, and other workloads of the service. */

/** Ids of what ran, by the image as the manifests write it; none where no node has told. */
export type ImagesBeside = Readonly<Record<string, readonly string[]>>;

interface ContainerStatus {
  readonly name: string;
  readonly imageID?: string;
}
interface PodStatus {
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

/**
 * The images of a workload's containers but one, init containers too, with the ids that its pods report. What something else has put
 * into the pods is not of the manifests, and is left out.
 * @param but the container that is shipped; all are told when left out
 */
export function imagesBeside(workload: KubeObject, pods: readonly KubeObject[], but?: string): ImagesBeside {
  const found: Record<string, string[]> = byName();
  for (const { name, image } of allContainers(workload)) {
    if (image === undefined || name === but) continue;
    const written = image.replace(/@sha256:.*$/, '');
    found[written] = [...new Set([...(found[written] ?? []), ...idsOf(pods, name)])].sort();
  }
  return found;
}

/** Several of these as one. */
export function together(all: readonly ImagesBeside[]): ImagesBeside {
  const images: Record<string, string[]> = byName();
  for (const one of all) {
    for (const [image, ids] of Object.entries(one))
      images[image] = [...new Set([...(images[image] ?? []), ...ids])].sort();
  }
  return images;
}

/** Each image pinned to the one id that it had; one that had several means more than one thing, and stays as it is. */
export function pinsOf(images: ImagesBeside): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(images).flatMap(([image, ids]) => {
      const pinned = pinnedImage(image, ids.length === 1 ? ids[0] : undefined);
      return pinned === image ? [] : [[image, pinned] as const];
    }),
  );
}

/** Images that mean something else now than they did, or two things at once: a tag that moved. In words, each with both ids. */
export function movedImages(before: ImagesBeside, now: ImagesBeside): readonly string[] {
  return Object.entries(now).flatMap(([image, ids]) => {
    const known = ownOf(before, image) ?? [];
    if (known.length === 0) return ids.length > 1 ? [`${image} is ${ids.join(' and ')} at the same time`] : [];
    const foreign = ids.filter((id) => known.every((one) => !isSameImage(one, id)));
    return foreign.length === 0 ? [] : [`${image} was ${known.join(', ')} and is ${foreign.join(', ')}`];
  });
}

function idsOf(pods: readonly KubeObject[], container: string): readonly string[] {
  return pods.flatMap((pod) => {
    const { containerStatuses = [], initContainerStatuses = [] } = (pod.status ?? {}) as PodStatus;
    return [...initContainerStatuses, ...containerStatuses].flatMap(({ name, imageID }) =>
      name === container && imageID !== undefined && imageID !== '' ? [imageID] : [],
    );
  });
}
