import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { allContainers } from '../../domain/kubernetes/pods.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import type { Run } from '../cluster/run.ts';
import { readSnapshot } from '../cluster/snapshot.ts';

/**
 * Watches what a canary is compared with: where somebody, or a reconciler, gives the stable pods other images meanwhile, nothing that is
 * measured says anything of what production was. The candidate's own images are no change of others: a run whose clone was lost may
 * have rolled them out before this one took over.
 * @returns asks once; throws `cluster.drift`. Asks nothing of a service whose canary is made of its own pods
 */
export async function openStable(run: Run): Promise<() => Promise<void>> {
  const { plan, state } = run.release.journal;
  const own = new Set(Object.values(state.stage?.images ?? {}).flatMap((images) => images.map(digestOf)));
  const beside = new Set(
    plan.spec.services.map(({ name }) => name).filter((name) => strategyFor(plan.spec, name).canary === 'pods'),
  );
  const watched = await Promise.all(
    [...run.locks].map(async ([target, { cluster }]) => {
      const snapshot = await readSnapshot(run.context, run, target);
      const objects = snapshot?.objects.filter(({ service }) => beside.has(service)) ?? [];
      return {
        cluster,
        workloads: objects.flatMap(({ object }) => (object !== null && hasImages(object) ? [object] : [])),
      };
    }),
  );
  return async () => {
    for (const { cluster, workloads } of watched) {
      for (const before of workloads) {
        const live = await cluster.get(refOf(before)).catch((error: unknown) => {
          // A cluster that stays away is told by the lock.
          if (error instanceof RelctlError) return undefined;
          throw error;
        });
        if (live !== undefined) refuseOtherImages(cluster.name, before, live, own);
      }
    }
  };
}

function hasImages(object: KubeObject): boolean {
  return allContainers(object).length > 0;
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}

function refuseOtherImages(where: string, before: KubeObject, live: KubeObject, own: ReadonlySet<string>): void {
  const old = imagesOf(before);
  const other = [...imagesOf(live)].filter(
    ([name, image]) => old.has(name) && old.get(name) !== image && !own.has(digestOf(image)),
  );
  if (other.length === 0) return;
  const now = other.map(([name, image]) => `${name} runs ${image}, and ran ${old.get(name)}`).join('; ');
  throw new RelctlError(
    'cluster.drift',
    `${nameOf(live)} was changed in ${where} while the canary was watched: ${now}`,
    {
      why: 'The canary is compared with what production was before the release.',
      hints: ['find out who changed it; then deploy again'],
      data: { object: nameOf(live), images: Object.fromEntries(other) },
    },
  );
}

function imagesOf(workload: KubeObject): ReadonlyMap<string, string> {
  return new Map(allContainers(workload).map(({ name, image = '' }) => [name, image]));
}
