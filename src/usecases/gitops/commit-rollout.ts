import { otherImages } from '../../domain/gitops/edit-images.ts';
import { commitMessage, standingRollout } from '../../domain/gitops/message.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Run } from '../cluster/run.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { bring } from './bring.ts';
import { type GitOpsGround, gitopsGround } from './ground.ts';
import { editsAt, plannedChanges } from './image-changes.ts';
import { releaseCommits } from './release-commits.ts';

/**
 * Commits the images of the candidate to the config repository, in one commit. One that a run before has pushed is found by its trailers.
 * @throws RelctlError `gitops.foreign` where somebody else's commit says so already, `gitops.clash` where the repository has come to name
 *   another image than runs, and all of {@link bring}
 */
export async function commitRollout(run: Run, target: string): Promise<StepResult> {
  const ground = gitopsGround(run.context);
  const { plan } = run.release.journal;
  const changes = await plannedChanges(run, target);
  const changed = changes.filter(({ from, to }) => from !== to);
  const commit = await bring(run, ground, {
    act: 'rollout',
    target,
    async at(head) {
      const found = standingRollout(await releaseCommits(ground.repository, head, plan.id), run.attempt);
      if (found !== undefined) return { found: found.commit };
      const others = otherImages(await ground.repository.files(head, ground.settings.path), changed);
      const { files, problems } = await editsAt(ground, head, changes);
      if (problems.length > 0) throw noPlace(run, ground, problems);
      if (files.size === 0) throw foreign(run, ground);
      if (others.length > 0) throw overtaken(run, ground, others);
      const { feature } = plan.metadata;
      const message = commitMessage({ release: plan.id, feature, attempt: run.attempt, act: 'rollout', changes });
      return { made: await ground.repository.commit(head, files, message) };
    },
  });
  return { ...(commit === undefined ? {} : { commit, detail: `${commit.slice(0, 12)} in ${ground.repository.name}` }) };
}

function noPlace(run: Run, { repository }: GitOpsGround, problems: readonly string[]): RelctlError {
  return new RelctlError('gitops.failed', `${repository.name}: ${problems.join('; ')}`, {
    why: 'Somebody has changed the config repository since the deployment began; nothing was committed.',
    hints: [command`relctl deploy ${run.release.journal.plan.id} --abort`],
    data: { problems },
  });
}

/** Somebody who releases by hand in the middle of a release is likely to have a reason, as an emergency. */
function overtaken(run: Run, { repository }: GitOpsGround, others: readonly string[]): RelctlError {
  return new RelctlError('gitops.clash', `${repository.name}: ${others.join('; ')}`, {
    why: 'Somebody has changed it since the release began, and the commit of the release would undo that. Nothing was committed.',
    hints: [command`relctl deploy ${run.release.journal.plan.id} --abort`],
    data: { others },
  });
}

function foreign(run: Run, { repository }: GitOpsGround): RelctlError {
  return new RelctlError(
    'gitops.foreign',
    `${repository.name} names the images of the candidate already, by a commit of somebody else`,
    {
      why: 'What this release did not commit it cannot take back.',
      hints: [`revert that commit, then ${command`relctl deploy ${run.release.journal.plan.id} --resume`}`],
    },
  );
}
