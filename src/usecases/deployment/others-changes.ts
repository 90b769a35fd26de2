import { AUTOSCALER, withDecidedReplicas, withReplicasOf } from '../../domain/deployment/autoscaling.ts';
import { writtenDigest } from '../../domain/kubernetes/as-written.ts';
import { differingFields } from '../../domain/kubernetes/differing-fields.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { FENCE_ANNOTATION, fenced, nameOf, sameObject, unfenced } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import { isSameRef, refOf } from '../cluster/apply.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { Snapshot, SnapshotObject } from '../cluster/snapshot.ts';
import { fitTo, isOursToRestore, isRecorded, isWritten, titleOf } from './put-back.ts';
import { shipped } from './shipped.ts';

/** What is done with objects that the release has written and somebody has changed since. */
export type HandChanges = 'restore' | 'keep';

/** An object that was changed after the release had written it, and what putting it back would change. */
interface Changed {
  readonly target: string;
  readonly one: SnapshotObject;
  readonly diff: string;
}

/**
 * Decides what becomes of what people, or other programs, have changed after the release had written it: nothing of theirs is
 * restored over without the difference having been shown, and a yes.
 * @param given what the flag says
 * @returns names of the objects that are left as they are: `<target> <Kind>/<name>`
 * @throws RelctlError `rollback.changed-by-hand` with both ways out
 */
export async function settleHandChanges(
  run: Run,
  snapshots: readonly Snapshot[],
  given: HandChanges | undefined,
): Promise<ReadonlySet<string>> {
  const changed = (await Promise.all(snapshots.map((snapshot) => changedSince(run, snapshot)))).flat();
  if (changed.length === 0) return new Set();
  const choice = given ?? (await ask(run, changed));
  if (choice === undefined) throw changedByHand(run, changed);
  return new Set(choice === 'restore' ? [] : changed.map(({ target, one }) => titleOf(target, one)));
}

async function changedSince(run: Run, { target, objects }: Snapshot): Promise<readonly Changed[]> {
  const { cluster, release } = lockOf(run, target);
  const written = objects.filter(isRecorded).filter((one) => isOursToRestore(run, target, one));
  if (written.length === 0) return [];
  const fitted = await fitTo(run, target);
  const [ours, autoscalers] = await Promise.all([
    writtenObjects(run),
    listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind),
  ]);
  const found: Changed[] = [];
  for (const one of written) {
    const live = await cluster.get(one);
    if (live === undefined || !isWritten(run, target, one, live)) continue;
    const wanted = fitted(one, live);
    // A canary may have scaled the stable pods.
    if (sameObject(unfenced(live), unfenced(withReplicasOf(wanted, live)))) continue;
    const mark = live.metadata.annotations?.[FENCE_ANNOTATION];
    const desired = ours.find((object) => isSameRef(refOf(object), one));
    // A route of the manifests that divided requests for the canary is put as the manifest says, without a mark of the release.
    const isAsWritten =
      isAsLeft(run, target, one, live) &&
      desired !== undefined &&
      isPaused(live) === isPaused(desired) &&
      (mark === undefined || mark.startsWith(`${release}/`)) &&
      (await difference(cluster, marked(decided(desired, live, autoscalers), mark))) === '';
    if (isAsWritten) continue;
    const diff = await difference(cluster, wanted);
    // What an apply would leave alone it does not show, and putting back takes that away too.
    const isShown = diff !== undefined && diff !== '' && isAsLeft(run, target, one, live);
    const fields = isShown ? [] : differingFields(unfenced(live), wanted);
    found.push({ target, one, diff: [...(diff ? [diff.trimEnd()] : []), ...fields].join('\n') });
  }
  return found;
}

/**
 * Whether an object is what its rollout has left. What others add to it, such as a variable, no apply of ours would take away, so no difference to the
 * manifests tells of it. Where the rollout did not end, or an older relctl recorded it, nobody knows, and the manifests alone tell.
 */
function isAsLeft(run: Run, target: string, one: SnapshotObject, live: KubeObject): boolean {
  const { steps } = run.release.journal.state.deployment ?? {};
  const { written } = steps?.get(`rollout:${one.service}@${target}`)?.data ?? {};
  const left = ownOf(written, nameOf(live));
  return left === undefined || left === writtenDigest(live);
}

/** Whoever halts the rollouts of a workload does it by a field that most manifests do not name, so that no difference to them tells of it. */
function isPaused({ spec }: KubeObject): boolean {
  return (spec as { readonly paused?: boolean } | undefined)?.paused === true;
}

/** What applying an object would change; `undefined` where the API server would refuse that, as for a field that cannot be changed. */
async function difference(cluster: Cluster, object: KubeObject): Promise<string | undefined> {
  try {
    return await cluster.diff([object]);
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'cluster.rejected') return undefined;
    throw error;
  }
}

function marked(object: KubeObject, mark: string | undefined): KubeObject {
  return mark === undefined ? object : fenced(object, mark);
}

/** What the release writes to every target. */
async function writtenObjects(run: Run): Promise<readonly KubeObject[]> {
  const { services, product } = await shipped(run);
  return [...product.others, ...services.flatMap(({ deployment, others }) => [deployment, ...others])];
}

function decided(desired: KubeObject, live: KubeObject, autoscalers: readonly KubeObject[]): KubeObject {
  if (!isWorkload(desired)) return desired;
  const { updateStrategy } = (live.spec ?? {}) as { readonly updateStrategy?: unknown };
  const sized = withDecidedReplicas(desired, live, autoscalers);
  // A canary among the workload's own pods holds the others back by this.
  return updateStrategy === undefined ? sized : { ...sized, spec: { ...(sized.spec as object), updateStrategy } };
}

async function ask({ context }: Run, changed: readonly Changed[]): Promise<HandChanges | undefined> {
  const { prompter } = context;
  if (!prompter.interactive) return undefined;
  await prompter.show([
    { kind: 'text', text: 'Changed by somebody else since the release wrote it; putting it back would change:' },
    ...changed.flatMap(({ target, one, diff }) => [
      { kind: 'heading' as const, text: titleOf(target, one) },
      { kind: 'verbatim' as const, text: diff },
    ]),
  ]);
  const choice = await prompter.select<HandChanges | 'stop'>({
    message: 'What becomes of these changes?',
    flag: '--hand-changes',
    choices: [
      { value: 'stop', label: 'Stop', hint: 'nothing of it is touched; give the command again when you know' },
      { value: 'keep', label: 'Keep them', hint: 'the rollback leaves these objects as they are, and says so' },
      { value: 'restore', label: 'Restore what was before the release' },
    ],
    default: 'stop',
  });
  return choice === 'stop' ? undefined : choice;
}

function changedByHand({ release }: Run, changed: readonly Changed[]): RelctlError {
  const { id } = release.journal.plan;
  const names = changed.map(({ target, one }) => titleOf(target, one));
  return new RelctlError('rollback.changed-by-hand', `${names.join(', ')}: changed since the release wrote it`, {
    why: 'Somebody may have changed production by hand to repair it; putting back what was before would undo that. The canary gets no requests any more.',
    hints: [
      `keep what they did: ${command`relctl rollback ${id} --hand-changes keep`}`,
      `put back what was before: ${command`relctl rollback ${id} --hand-changes restore`}`,
      ...changed.flatMap(({ diff }) => diff.trimEnd().split('\n')),
    ],
    data: { changed: changed.map(({ target, one, diff }) => ({ target, kind: one.kind, name: one.name, diff })) },
  });
}
