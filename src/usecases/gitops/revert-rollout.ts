import { editImages } from '../../domain/gitops/edit-images.ts';
import { type CommitAct, commitMessage } from '../../domain/gitops/message.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Run } from '../cluster/run.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { desired } from '../deployment/shipped.ts';
import { awaitImage } from './await-applied.ts';
import { bring } from './bring.ts';
import { withdrawRequest } from './bring-by-request.ts';
import type { Brought } from './bringing.ts';
import { type GitOpsGround, gitopsGround } from './ground.ts';
import { plannedChanges } from './image-changes.ts';
import { releaseCommits } from './release-commits.ts';
import { awaitReadyAt } from './sync.ts';

/**
 * Takes the commit of a rollout back by another commit, and waits until the reconciler has put production back. Where none was pushed,
 * a run that ended may have prepared one: the branch is moved on by a commit without a change, so that it can be pushed no more.
 * @returns what was done, for people
 * @throws RelctlError `gitops.clash` where others have changed the same lines since, and all of {@link bring}
 */
export async function revertRollout(run: Run, snapshots: readonly Snapshot[]): Promise<string> {
  const ground = gitopsGround(run.context);
  const [target = 'production'] = run.locks.keys();
  const step = run.release.journal.state.deployment?.steps.get(`commit@${target}`);
  if (step === undefined && !(await mayBeUnrecorded(run, ground))) return NOTHING;
  const isRequested = ground.settings.via === 'merge-request';
  const request = isRequested ? await withdrawRequest(run, 'rollout') : undefined;
  if (request?.isClosed === true) return 'the request to merge it is closed';
  // A request may have been merged by a commit of the forge's own, without our trailers. Which commit it was is believed of whoever recorded it here,
  // or signed it: whoever may write could else have somebody else's commit taken back.
  const known = (step?.proved === true ? step.data?.commit : undefined) ?? request?.merged;
  const isOver = step !== undefined && step.state !== 'intended' && step.proved;
  const mayBePrepared = !isOver && !isRequested;
  const way: { act: CommitAct } = { act: 'revert' };
  const at = (head: string) => backAt(run, ground, target, head, { known, mayBePrepared, way });
  const commit = await bring(run, ground, { act: 'revert', target, at }).catch((error: unknown) => {
    // Where nobody may push, nothing that was prepared can be.
    if (way.act === 'withdraw' && error instanceof RelctlError && error.code === 'gitops.refused') return undefined;
    throw error;
  });
  if (commit === undefined) return NOTHING;
  if (way.act === 'withdraw')
    return `${NOTHING}; ${commit.slice(0, 12)} keeps what a run may have prepared from being pushed`;
  await awaitBack(run, target, snapshots, commit);
  const stands = await awaitReadyAt(run, target, commit).catch(unready);
  return `reverted by ${commit.slice(0, 12)} in ${ground.repository.name}; ${stands}`;
}

/**
 * Whether a rollout may have been committed of which nothing is recorded. Nobody signs that its step was begun, so where people sign, what is signed
 * of the promotion tells, and the config repository itself; where that does not answer, production is compared in the end.
 */
async function mayBeUnrecorded(run: Run, { repository }: GitOpsGround): Promise<boolean> {
  const { journal, signing } = run.release;
  if (signing.sealing === undefined) return false;
  if (journal.state.deployment?.promoted === true) return true;
  try {
    const own = await releaseCommits(repository, await repository.head(), journal.plan.id);
    return own.some(({ attempt }) => attempt === run.attempt);
  } catch (error) {
    if (error instanceof RelctlError) return false;
    throw error;
  }
}

const NOTHING = 'nothing had been committed';

/** What is known of a rollout that is taken back. */
interface Back {
  /** The commit that brought it, where it was recorded or the forge tells. */
  readonly known: string | undefined;
  /** A run that ended may have made one that it did not push. */
  readonly mayBePrepared: boolean;
  /** What the commit that is brought does. */
  readonly way: { act: CommitAct };
}

/** What takes the rollout back on top of a head, or has done so. */
async function backAt(
  run: Run,
  ground: GitOpsGround,
  target: string,
  head: string,
  { known, mayBePrepared, way }: Back,
): Promise<Brought> {
  const { repository } = ground;
  const { plan, state } = run.release.journal;
  const own = await releaseCommits(repository, head, plan.id);
  const newest = own.find((one) => one.attempt === run.attempt);
  way.act = newest?.act === 'withdraw' ? 'withdraw' : 'revert';
  if (newest !== undefined && newest.act !== 'rollout') return { found: newest.commit };
  const commit = newest?.commit ?? known;
  if (newest === undefined && commit !== undefined && !(await repository.contains(head, commit)))
    return backWithout(run, ground, target, head, commit);
  const facts = { release: plan.id, feature: plan.metadata.feature, attempt: run.attempt };
  if (commit !== undefined) {
    const changes = await plannedChanges(run, target);
    const reason = state.deployment?.rollbackReason ?? 'rolled back';
    const reverted = await repository.revert(head, commit, commitMessage({ ...facts, act: 'revert', changes, reason }));
    if ('clashes' in reverted) throw clash(run, repository.name, commit, reverted.clashes);
    return { made: reverted.commit };
  }
  if (!mayBePrepared) return { nothing: true };
  way.act = 'withdraw';
  const reason =
    'a run that ended may have prepared a commit; this one changes nothing, and keeps it from being pushed';
  const message = commitMessage({ ...facts, act: 'withdraw', changes: [], reason });
  return { made: await repository.commit(head, new Map(), message) };
}

/**
 * The branch was rewritten, and does not hold the commit any more: there is nothing to revert. It is back where the branch names none of its images.
 * @throws RelctlError `gitops.clash` where it does, by a commit of somebody else
 */
async function backWithout(
  run: Run,
  { repository, settings }: GitOpsGround,
  target: string,
  head: string,
  commit: string,
): Promise<Brought> {
  const files = await repository.files(head, settings.path);
  const left = (await plannedChanges(run, target)).filter((change) => {
    const { files: edited, problems } = editImages(files, settings.path, [change]);
    return change.from !== change.to && edited.size === 0 && problems.length === 0;
  });
  if (left.length === 0) return { found: head };
  const { id } = run.release.journal.plan;
  throw new RelctlError(
    'gitops.clash',
    `${repository.name} does not hold ${commit.slice(0, 12)} any more, and names ${left.map(({ to }) => to).join(', ')}`,
    {
      why: 'Somebody has rewritten the branch, so relctl has no commit of its own to take back.',
      hints: [
        ...left.map(({ workload, from }) => `give ${workload} the image ${from} again in the config repository`),
        command`relctl rollback ${id}`,
      ],
      data: { commit, images: left.map(({ to }) => to) },
    },
  );
}

/** The images are back; that the reconciler is not well for another reason keeps nobody from comparing production with what it was. */
function unready(error: unknown): string {
  if (error instanceof RelctlError && (error.code === 'gitops.failed' || error.code === 'gitops.timeout'))
    return error.message;
  throw error;
}

/** Until every workload has the image that it had. */
async function awaitBack(run: Run, target: string, snapshots: readonly Snapshot[], commit: string): Promise<void> {
  for (const { name } of run.release.journal.plan.spec.services) {
    const { deployment, container } = await desired(run, name);
    const before = snapshots
      .flatMap(({ objects }) => objects)
      .find((one) => one.kind === deployment.kind && one.name === deployment.metadata.name)?.object;
    if (before != null) await awaitImage(run, target, { wanted: before, container, commit });
  }
}

function clash(run: Run, name: string, commit: string, files: readonly string[]): RelctlError {
  const { id } = run.release.journal.plan;
  return new RelctlError(
    'gitops.clash',
    `${name}: others have changed ${files.join(', ')} where ${commit.slice(0, 12)} did`,
    {
      why: 'Taking the release back would undo what they did, and which of the two is wanted only people know.',
      hints: [
        `revert ${commit} in the config repository by hand, in a commit that ends with the line Relctl-Release: ${id} and those below it in ${commit.slice(0, 12)}, with Relctl-Act: revert`,
        command`relctl rollback ${id}`,
      ],
      data: { commit, files },
    },
  );
}
