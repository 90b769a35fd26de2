import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { proveLock } from '../cluster/lock.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { bringByRequest } from './bring-by-request.ts';
import type { Bringing } from './bringing.ts';
import type { GitOpsGround } from './ground.ts';

/** So often others may be faster. */
const TRIES = 20;

/**
 * Brings a commit to the branch that the reconciler reads, once: whoever takes up a run that ended finds it there. The lock is proved
 * between making it and pushing it, and it lands only where the branch still stands where it was read, so that a run which was overtaken
 * brings nothing any more.
 * @returns the commit by which the branch has it; `undefined` where there was nothing to bring
 * @throws RelctlError `gitops.refused`, `gitops.unreachable`, `cluster.fenced-off`; `pending.person` where people merge and have not
 */
export async function bring(run: Run, ground: GitOpsGround, bringing: Bringing): Promise<string | undefined> {
  const { settings, repository } = ground;
  if (settings.via === 'merge-request' && bringing.act !== 'withdraw') return bringByRequest(run, ground, bringing);
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const head = await repository.head();
    const brought = await bringing.at(head);
    if ('nothing' in brought) return undefined;
    if ('found' in brought) return brought.found;
    await proveLock(run.context, lockOf(run, bringing.target));
    const answer = await repository.push(brought.made, head);
    if (answer.result === 'pushed') return brought.made;
    if (answer.result === 'refused') throw refused(run, ground, answer.detail);
  }
  throw new RelctlError('gitops.unreachable', `others pushed to ${repository.name} faster, ${TRIES} times`, {
    why: 'A commit is made for what the branch holds, and pushed only onto that.',
    hints: [command`relctl status ${run.release.journal.plan.id}`],
  });
}

function refused(run: Run, { repository }: GitOpsGround, detail: string): RelctlError {
  return new RelctlError('gitops.refused', `${repository.name} does not take a push: ${detail}`, {
    why: 'Nothing was changed there, and the reconciler keeps what it has.',
    hints: [
      'where the branch is protected: environments.production.gitops.via: merge-request in relctl.yaml',
      command`relctl status ${run.release.journal.plan.id}`,
    ],
  });
}
