import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { MergeRequest, MergeRequests } from '../../ports/config-repository.ts';
import { command } from '../../text/command-line.ts';
import { stopIfInterrupted } from '../cluster/interrupted.ts';
import { keepLock, proveLock } from '../cluster/lock.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { Bringing } from './bringing.ts';
import type { GitOpsGround } from './ground.ts';

/** How often is asked whether people have merged, milliseconds. */
const LOOK_MS = 10_000;

/**
 * Brings a commit to the branch by a request that people merge: one branch and one request for each act of an attempt, found again by whoever
 * takes up the run. Waits for the time that the reconciler is given, too.
 * @throws RelctlError `pending.person` when nobody has merged it yet, `gitops.refused` when it was closed
 */
export async function bringByRequest(
  run: Run,
  ground: GitOpsGround,
  { act, target, at }: Bringing,
): Promise<string | undefined> {
  const { context } = run;
  const { repository, settings } = ground;
  const requests = requestsOf(run);
  const lock = lockOf(run, target);
  const branch = requestBranch(run, act);
  const deadline = context.clock.now() + durationSeconds(settings.timeout) * 1000;
  for (let told = false; ; ) {
    const head = await repository.head();
    const known = await requests.find(branch);
    // How it was merged decides whether our trailers are there, so what the forge says of it counts.
    const merged = known?.state === 'merged' ? known.merged : undefined;
    if (merged !== undefined && (await repository.contains(head, merged))) return merged;
    const brought = await at(head);
    if ('nothing' in brought) return undefined;
    if ('found' in brought) return brought.found;
    if (known?.state === 'closed') throw closed(run, `${known.url} was closed without being merged`);
    if (known === undefined && (await repository.proposed(branch)) === undefined) {
      await proveLock(context, lock);
      const answer = await repository.propose(brought.made, branch);
      if (answer.result === 'refused')
        throw closed(run, `${repository.name} does not take the branch ${branch}: ${answer.detail}`);
    }
    const request = known ?? (await openRequest(run, requests, branch));
    if (!told) context.sink.emit({ type: 'note', level: 'warning', text: `somebody has to merge ${request.url}` });
    told = true;
    if (context.clock.now() >= deadline) throw waiting(run, act, request);
    context.sink.emit({ type: 'waiting', subject: request.url, detail: 'not merged yet' });
    await keepLock(context, lock);
    await context.clock.sleep(LOOK_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
}

/**
 * Closes the request of an act that is not wanted any more.
 * @returns whether there was one that was open; the commit by which it had been merged, where it was
 */
export async function withdrawRequest(
  run: Run,
  act: Bringing['act'],
): Promise<{ readonly isClosed: boolean; readonly merged?: string | undefined }> {
  const requests = requestsOf(run);
  const request = await requests.find(requestBranch(run, act));
  if (request?.state !== 'open') return { isClosed: false, merged: request?.merged };
  await requests.close(request.number);
  return { isClosed: true };
}

function requestBranch(run: Run, act: Bringing['act']): string {
  return `relctl/${run.release.journal.plan.id}-${run.attempt}-${act}`;
}

function openRequest(run: Run, requests: MergeRequests, branch: string): Promise<MergeRequest> {
  const { id, metadata } = run.release.journal.plan;
  const isBack = branch.endsWith('-revert');
  return requests.open({
    branch,
    title: `${isBack ? 'Roll back' : 'Release'} ${id}: ${metadata.feature}`,
    text: isBack
      ? `Takes back what the release ${id} had brought. relctl waits until this is merged, and until production is what it was.`
      : `The canary of the release ${id} has passed. relctl waits until this is merged, and takes production back by another request if it fails.`,
  });
}

function requestsOf({ context }: Run): MergeRequests {
  if (context.mergeRequests !== undefined) return context.mergeRequests;
  throw new RelctlError('forge.failed', 'the host of the config repository is neither a GitHub nor a GitLab', {
    place: { file: 'relctl.yaml' },
    why: 'With `via: merge-request` a request is opened through gh or glab.',
    hints: [
      'forge: { kind: gitlab } in relctl.yaml, where its name does not tell',
      'environments.production.gitops.via: push',
    ],
  });
}

function closed(run: Run, problem: string): RelctlError {
  const { id } = run.release.journal.plan;
  return new RelctlError('gitops.refused', problem, {
    why: 'People decide what is merged; nothing was changed in production by it.',
    hints: [command`relctl deploy ${id} --abort`, `or open it again, then ${command`relctl deploy ${id} --resume`}`],
  });
}

function waiting(run: Run, act: Bringing['act'], { url }: MergeRequest): RelctlError {
  const { id } = run.release.journal.plan;
  return new RelctlError('pending.person', `${url} is not merged yet`, {
    why:
      act === 'revert'
        ? 'Production goes back when it is.'
        : 'Production gets the candidate when it is; until then the canary keeps its share.',
    hints:
      act === 'revert'
        ? [command`relctl rollback ${id}`]
        : [command`relctl deploy ${id} --resume`, command`relctl deploy ${id} --abort`],
  });
}
