import type { ReleaseState } from '../../domain/history/state.ts';
import { pinnedImage } from '../../domain/kubernetes/manifests.ts';
import { pinsOf, together } from '../../domain/kubernetes/running-images.ts';
import type { Spec } from '../../plan/spec.ts';
import { ownOf } from '../../text/by-name.ts';

/** The image of each service, pinned to what staging ran. */
export function pinnedImages(spec: Spec, state: Pick<ReleaseState, 'stage'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    spec.services.map((service) => {
      const staged = ownOf(state.stage?.images, service.name) ?? [];
      // Several ids for one name mean that the name moved between two pods: then only the check of the pods can tell.
      return [service.name, pinnedImage(service.image, staged.length === 1 ? staged[0] : undefined)];
    }),
  );
}

/** What ran in staging beside the services, pinned to that. */
export function pinsBeside(state: Pick<ReleaseState, 'stage'>): ReadonlyMap<string, string> {
  return pinsOf(together(Object.values(state.stage?.imagesBeside ?? {})));
}
