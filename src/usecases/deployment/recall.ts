import { isSameImage } from '../../domain/kubernetes/image-reference.ts';
import { RelctlError } from '../../errors.ts';
import type { ObjectRef } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import { refOf } from '../cluster/apply.ts';
import { renderEnvironment } from '../cluster/environment.ts';
import { refuseChangedTarget } from '../cluster/kept-snapshot.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { readSnapshot, type Snapshot } from '../cluster/snapshot.ts';
import { imageIn } from '../gitops/image-changes.ts';
import { titleOf } from './put-back.ts';
import { shipped } from './shipped.ts';

/** What is known, when production goes back, of what it was. */
export interface Recalled {
  readonly snapshots: readonly Snapshot[];
  /** Targets that the release has changed, and what they ran before is nowhere any more. */
  readonly lost: readonly Lost[];
}

/** A target without a snapshot, and what that is told with. */
export interface Lost {
  readonly target: string;
  readonly error: RelctlError;
}

/** A service in a target, with its Deployment. */
export interface PlacedService {
  readonly target: string;
  readonly service: string;
  readonly deployment: ObjectRef;
}

/** Reads the snapshot of each target. One that is lost keeps nobody from taking the canary away, so it is no error yet. */
export async function recall(run: Run, targets: readonly string[]): Promise<Recalled> {
  const read = await Promise.all(targets.map((target) => recallOne(run, target)));
  return {
    snapshots: read.flatMap((one) => (one === undefined || 'error' in one ? [] : [one])),
    lost: read.flatMap((one) => (one !== undefined && 'error' in one ? [one] : [])),
  };
}

async function recallOne(run: Run, target: string): Promise<Snapshot | Lost | undefined> {
  try {
    const snapshot = await readSnapshot(run.context, run, target);
    if (snapshot === undefined) await refuseChangedTarget(run, target);
    return snapshot;
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'snapshot.lost') return { target, error };
    throw error;
  }
}

/** Each service of each target, with its Deployment: as recorded, and as the plan ships it where nothing is known. */
export async function placedServices(run: Run, { snapshots, lost }: Recalled): Promise<readonly PlacedService[]> {
  const released = new Set(run.release.journal.plan.spec.services.map((service) => service.name));
  const recorded = snapshots.flatMap(({ target, objects }) =>
    objects
      .filter((one) => one.kind === 'Deployment' && released.has(one.service))
      .map(({ service, apiVersion, kind, name }) => ({ target, service, deployment: { apiVersion, kind, name } })),
  );
  if (lost.length === 0) return recorded;
  const { services } = await shipped(run);
  const placed = lost.flatMap(({ target }) =>
    services.map(({ name, deployment }) => ({ target, service: name, deployment: refOf(deployment) })),
  );
  return [...recorded, ...placed.filter(({ deployment }) => deployment.kind === 'Deployment')];
}

/**
 * Refuses to end a rollback that nothing proves while the candidate still runs: an image of it that the base does not name. What else a
 * person has put back, only they know.
 * @throws RelctlError `rollback.incomplete`
 */
export async function refuseCandidate(run: Run, lost: readonly Lost[]): Promise<void> {
  const { plan } = run.release.journal;
  const { services } = await shipped(run);
  const before = await renderEnvironment(run.context, plan.spec.candidate.base, { environment: 'production' });
  const running: string[] = [];
  for (const { target } of lost) {
    for (const { name, deployment, container } of services) {
      const candidate = ownOf(run.images, name) ?? imageIn(deployment, container);
      const base = before.services.get(name);
      if (base?.ok && isSameImage(imageIn(base.workload, base.container), candidate)) continue;
      const live = await lockOf(run, target).cluster.get(refOf(deployment));
      if (live !== undefined && isSameImage(imageIn(live, container), candidate))
        running.push(`${titleOf(target, refOf(deployment))} runs ${candidate}`);
    }
  }
  if (running.length === 0) return;
  throw new RelctlError('rollback.incomplete', `the candidate is still in production: ${running.join(', ')}`, {
    why: 'What ran before is recorded nowhere any more, so relctl cannot put it back; a person can, from the manifests of the base.',
    hints: [
      command`relctl manifests ${plan.id} --environment production`,
      `names the objects; put back what ${plan.spec.candidate.base} deploys`,
      command`relctl rollback ${plan.id} --accept-unproven`,
    ],
    data: { different: running },
  });
}
