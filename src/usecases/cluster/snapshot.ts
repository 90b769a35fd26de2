import { AUTOSCALER, isAutoscaled } from '../../domain/deployment/autoscaling.ts';
import { isWrittenBy } from '../../domain/deployment/kept-snapshot.ts';
import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { withoutValues } from '../../domain/deployment/without-values.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { type Health, healthOf } from '../../domain/kubernetes/health.ts';
import { RELEASE_LABEL, unfenced, withoutServerFields } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import { isCommitted } from '../gitops/committed.ts';
import type { Context } from '../release/context.ts';
import { isSameRef, refOf } from './apply.ts';
import type { DesiredObjects, DesiredService } from './desired-objects.ts';
import { endedFence, keepInCluster, keptInCluster, refuseOwnChanges } from './kept-snapshot.ts';
import { listIfKnown } from './optional-kinds.ts';
import { clusterOf, type Run } from './run.ts';

/** What a target ran before the release: enough to put every touched object back. */
export interface Snapshot {
  readonly target: string;
  /** Goes into the digests that stand in the repository in place of values; it is kept in the cluster alone. */
  readonly salt: string;
  readonly objects: readonly SnapshotObject[];
}

/** One object as it was, or that it was not there. The content of a Secret is never kept, only its digest. */
export interface SnapshotObject extends ObjectRef {
  readonly service: string;
  readonly object: KubeObject | null;
  readonly sha256?: string;
  /** How well a workload was; a rollback has to reach that again, and no more. */
  readonly health?: Health;
  /** Somebody else decides the number of replicas. */
  readonly autoscaled?: true;
  /** The object divides requests: `shipped` when the release has a new one, `foreign` when only our own parts are touched. */
  readonly route?: 'shipped' | 'foreign';
}

/** Milliseconds until pods are looked at again, as a rule. */
const SOON_MS = 10_000;

/** Objects that a release writes: those of a service, or what several share. */
type Written = DesiredObjects & Partial<DesiredService>;

/**
 * Reads what a target runs now of everything that the release will touch, and keeps it in the cluster itself; the evidence in the
 * repository says by names and digests what that was.
 * Where the release has changed something already (the clone that began it was lost), the snapshot that the cluster keeps is
 * the one that counts. Errors: `snapshot.lost` when there is none.
 */
export async function recordSnapshot(run: Run, target: string, services: readonly Written[]): Promise<Evidence> {
  const lives: KubeObject[] = [];
  const snapshot = await takeSnapshot(run, target, services, lives);
  const { id, specDigest } = run.release.journal.plan;
  const isThroughGit = await isCommitted(run.context, id);
  const isChanged = isThroughGit || lives.some((live) => isWrittenBy(id, live, endedFence(run)));
  const kept = isChanged ? await keptInCluster(run, target) : undefined;
  // That of an attempt which has ended is of another production.
  const earlier = kept === undefined || kept.attempt < run.attempt ? undefined : kept;
  if (isThroughGit && earlier === undefined) throw lost(id, target);
  if (isChanged && earlier === undefined) await refuseOwnChanges(run, target, lives);
  const text = earlier?.text ?? `${JSON.stringify(snapshot, null, 2)}\n`;
  if (earlier === undefined) await keepInCluster(run, target, { attempt: run.attempt, text, specDigest });
  return run.context.store.keep(run.release.journal.plan.id, fileOf(run, target), recordOf(JSON.parse(text)));
}

/** The snapshot as it stands in the repository: everything by name, and a digest in place of each value that may be a secret. */
function recordOf(snapshot: Snapshot): string {
  return `${JSON.stringify(withoutValues(snapshot), null, 2)}\n`;
}

async function takeSnapshot(
  run: Run,
  target: string,
  services: readonly Written[],
  lives: KubeObject[],
): Promise<Snapshot> {
  const cluster = clusterOf(run.context, target);
  const [autoscalers, replicaSets, pods] = await Promise.all([
    listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind),
    // How well they are is told, and nothing is put back by it; the canary's start looks at the same in a moment.
    cluster.glance({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, SOON_MS),
    cluster.glance({ apiVersion: 'v1', kind: 'Pod' }, SOON_MS),
  ]);
  const objects = await Promise.all(
    services.flatMap((service) =>
      touchedBy(run, service).map(async ({ route, ...ref }): Promise<SnapshotObject> => {
        const live = await cluster.get(ref);
        const facts = { service: service.name, ...ref, ...(route === undefined ? {} : { route }) };
        if (live === undefined) return { ...facts, object: null };
        lives.push(live);
        const object = withoutServerFields(live);
        if (ref.kind === 'Secret') return { ...facts, object: null, sha256: secretDigest(live) };
        return {
          ...facts,
          object,
          ...(isWorkload(live) ? { health: healthOf(live, replicaSets, pods) } : {}),
          ...(isAutoscaled(live, autoscalers) ? { autoscaled: true as const } : {}),
        };
      }),
    ),
  );
  return { target, salt: saltOf(lives), objects };
}

/** The UIDs of what was there are random and stand in no repository, so nobody finds a short value again by trying. */
function saltOf(lives: readonly KubeObject[]): string {
  return sha256(canonicalJson(lives.map(({ metadata }) => metadata.uid ?? '').sort()));
}

function fileOf(run: Run, target: string): string {
  return `snapshot-${run.attempt}-${target.replace('/', '-')}.json`;
}

/** What `kubectl apply` of a person leaves at an object. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What tells that a Secret is as it was, without telling what it holds: whoever puts it back leaves other marks at it, or ours. */
export function secretDigest(live: KubeObject): string {
  const { metadata, ...content } = unfenced(withoutServerFields(live));
  const { annotations = {}, ...rest } = metadata;
  const { [LAST_APPLIED]: _applied, ...others } = annotations;
  return sha256(canonicalJson({ ...content, metadata: { ...rest, annotations: others } }));
}

type Touched = ObjectRef & Pick<SnapshotObject, 'route'>;

/** Everything of a service that a release may write, the Deployment last. */
function touchedBy(run: Run, service: Written): readonly Touched[] {
  const { steering } = strategyFor(run.release.journal.plan.spec, service.name);
  const ref =
    steering?.ownObject === true ? undefined : steering?.ref(run.context.config.services[service.name]?.traffic);
  const shipped = [...service.others, ...(service.deployment === undefined ? [] : [service.deployment])].map(refOf);
  if (ref === undefined) return shipped;
  const isRoute = (one: ObjectRef) => isSameRef(one, ref);
  return shipped.some(isRoute)
    ? shipped.map((one) => (isRoute(one) ? { ...one, route: 'shipped' } : one))
    : [{ ...ref, route: 'foreign' }, ...shipped];
}

/** An object of a target as it was before the release; `undefined` when it was not there. */
export async function recordedObject(run: Run, target: string, ref: ObjectRef): Promise<KubeObject | undefined> {
  const snapshot = await knownSnapshot(run, target);
  return snapshot?.objects.find((one) => isSameRef(one, ref))?.object ?? undefined;
}

/** How well a workload was before the release. */
export async function recordedHealth(run: Run, target: string, ref: ObjectRef): Promise<Health | undefined> {
  const snapshot = await knownSnapshot(run, target);
  return snapshot?.objects.find((one) => isSameRef(one, ref))?.health;
}

/** What a run has read back of the snapshots that it went on from, by target and digest. */
const readBack = new WeakMap<Run, Map<string, Promise<Snapshot | undefined>>>();

/**
 * The snapshot of a target as this run has read it from the cluster, once: it never changes. A rollback reads it again, with
 * {@link readSnapshot}, and so does a run that takes another's place. Errors: `snapshot.lost`.
 */
export function knownSnapshot(run: Run, target: string): Promise<Snapshot | undefined> {
  const known = readBack.get(run) ?? new Map<string, Promise<Snapshot | undefined>>();
  readBack.set(run, known);
  const key = `${target} ${snapshotEvidence(run, target)?.sha256}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const reading = readSnapshot(run.context, run, target);
  known.set(key, reading);
  reading.catch(() => known.delete(key));
  return reading;
}

function snapshotEvidence(run: Run, target: string): Evidence | undefined {
  return run.release.journal.state.deployment?.steps.get(`baseline@${target}`)?.data?.evidence;
}

/**
 * The snapshot of a target, as its own cluster keeps it. What the repository says of it restores nothing: whoever may write there could
 * else choose what a rollback puts into production.
 * @throws RelctlError `snapshot.lost` where one was recorded and the cluster has it no more
 */
export async function readSnapshot(
  context: Pick<Context, 'sink'>,
  run: Run,
  target: string,
): Promise<Snapshot | undefined> {
  const { plan } = run.release.journal;
  const evidence = snapshotEvidence(run, target);
  const kept = await keptInCluster(run, target);
  // That it was taken may be recorded in a clone that is lost; the one of this attempt is in the cluster all the same.
  if (evidence === undefined) return kept?.attempt === run.attempt ? (JSON.parse(kept.text) as Snapshot) : undefined;
  if (kept === undefined) throw lost(plan.id, target);
  const snapshot = JSON.parse(kept.text) as Snapshot;
  if (sha256(recordOf(snapshot)) !== evidence.sha256) {
    // What production was before an earlier attempt is not what it was before this one.
    if (kept.attempt < run.attempt) throw lost(plan.id, target);
    context.sink.emit({
      type: 'note',
      level: 'warning',
      text: `${evidence.file} is not the snapshot that ${target} keeps of itself; the one in the cluster counts`,
    });
  }
  return snapshot;
}

function lost(id: string, target: string): RelctlError {
  return new RelctlError('snapshot.lost', `the snapshot of ${target} is not in its cluster any more`, {
    why: 'The repository holds names and digests of what ran before, not the values; only the copy in the cluster restores it.',
    hints: [
      command`kubectl get configmaps -l ${`${RELEASE_LABEL}=${id}`}`,
      'or put production back by hand, which nobody can prove to be what ran before',
      command`relctl audit ${id}`,
    ],
    data: { target },
  });
}
