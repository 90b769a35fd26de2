import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { imageDigest, isSameImage } from '../../domain/kubernetes/image-reference.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { allContainers } from '../../domain/kubernetes/pods.ts';
import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import type { Run } from '../cluster/run.ts';
import { knownSnapshot } from '../cluster/snapshot.ts';

type Images = ReadonlyMap<string, string>;

/** A workload whose pods a canary is compared with, and what it runs while it is. */
interface Stable {
  readonly cluster: Cluster;
  readonly workload: KubeObject;
  readonly images: Images;
  /** As it was when the watch began. */
  readonly live: KubeObject | undefined;
}

/**
 * Watches what a canary is compared with: where somebody, or a reconciler, gives the stable pods other images meanwhile, nothing that is
 * measured says anything of what production was.
 *
 * A run whose clone was lost may have rolled the candidate out before this one took over: then that is what stable runs from the beginning.
 * Whoever puts the candidate there later has it compared with itself.
 * @param again milliseconds between two looks
 * @returns looks once; throws `cluster.drift`. Asks nothing of a service whose canary is made of its own pods
 */
export async function openStable(run: Run, again: number): Promise<() => Promise<void>> {
  const watched = await stableWorkloads(run, async (cluster, ref) => (await cluster.glance(ref, again))[0]);
  // What a look misses the next one sees, and nothing is promoted without {@link refuseForeignStable}.
  return async () => {
    for (const stable of watched) {
      const [live] = (await orNothing(() => stable.cluster.glance(refOf(stable.workload), again))) ?? [];
      refuseOtherImages(stable, live);
    }
  };
}

/** The same at one moment, before something is done that rests on it: asked of the API server. Errors: `cluster.drift`. */
export async function refuseForeignStable(run: Run): Promise<void> {
  for (const stable of await stableWorkloads(run, (cluster, ref) => cluster.get(ref)))
    refuseOtherImages(stable, stable.live);
}

type Look = (cluster: Cluster, ref: ObjectRef) => Promise<KubeObject | undefined>;

async function stableWorkloads(run: Run, look: Look): Promise<readonly Stable[]> {
  const { plan, state } = run.release.journal;
  const staged = new Set(Object.values(state.stage?.images ?? {}).flatMap((ids) => ids.map(imageDigest)));
  const beside = new Set(
    plan.spec.services.map(({ name }) => name).filter((name) => strategyFor(plan.spec, name).canary === 'pods'),
  );
  const watched = await Promise.all(
    [...run.locks].map(async ([target, { cluster }]) => {
      const snapshot = await knownSnapshot(run, target);
      const recorded = (snapshot?.objects ?? [])
        .filter(({ service }) => beside.has(service))
        .flatMap(({ object }) => (object !== null && allContainers(object).length > 0 ? [object] : []));
      return Promise.all(recorded.map((workload) => stableOf(cluster, workload, staged, look)));
    }),
  );
  return watched.flat();
}

/** What it runs is what was recorded of it, but for images of the candidate that it has by now. */
async function stableOf(
  cluster: Cluster,
  workload: KubeObject,
  staged: ReadonlySet<string | undefined>,
  look: Look,
): Promise<Stable> {
  const live = await orNothing(() => look(cluster, refOf(workload)));
  const now = live === undefined ? new Map<string, string>() : imagesOf(live);
  const images = [...imagesOf(workload)].map(([name, image]) => {
    const running = now.get(name);
    const isCandidate = running !== undefined && imageDigest(running) !== undefined && staged.has(imageDigest(running));
    return [name, isCandidate ? running : image] as const;
  });
  return { cluster, workload, images: new Map(images), live };
}

/** An answer; nothing of a cluster that stays away, which the lock tells. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}

function refuseOtherImages({ cluster, workload, images }: Stable, live: KubeObject | undefined): void {
  const other = [...(live === undefined ? [] : imagesOf(live))].filter(([name, image]) => {
    const before = images.get(name);
    return before !== undefined && !isSameImage(before, image);
  });
  if (other.length === 0) return;
  const now = other.map(([name, image]) => `${name} runs ${image}, and ran ${images.get(name)}`).join('; ');
  throw new RelctlError(
    'cluster.drift',
    `${nameOf(workload)} was changed in ${cluster.name} while the canary was watched: ${now}`,
    {
      why: 'The canary is compared with what production was before the release.',
      hints: ['find out who changed it; then deploy again'],
      data: { object: nameOf(workload), images: Object.fromEntries(other) },
    },
  );
}

function imagesOf(workload: KubeObject): Images {
  return new Map(allContainers(workload).map(({ name, image = '' }) => [name, image]));
}
