import type { Work, WorkRef } from '../../ports/runner.ts';
import { type DeploymentState, isGoingBack, type ReleaseState } from '../history/state.ts';

/** What relctl does next with a deployment that was handed over. */
export type NextAct = 'full' | 'canary' | 'promote' | 'resume' | 'abort' | 'over';

/**
 * What is left of a piece of work, from what is recorded: so that a pod which takes the place of one that was killed begins nothing anew, and
 * does nothing at all once the work is done.
 */
export function nextAct(
  { phase, attempts, deployment }: Pick<ReleaseState, 'phase' | 'attempts' | 'deployment'>,
  { attempt, round, stopsAtVerdict }: Pick<Work, 'attempt' | 'round' | 'stopsAtVerdict'>,
): NextAct {
  if (phase === 'ready' && round === 'forward') {
    return attempts.deploy + 1 === attempt ? (stopsAtVerdict ? 'canary' : 'full') : 'over';
  }
  if (deployment?.attempt !== attempt || (phase !== 'canary' && phase !== 'rolling-out')) return 'over';
  if (round === 'abort') return 'abort';
  if (isGoingBack(deployment)) return 'resume';
  if (round === 'promote') return deployment.promoted ? 'resume' : 'promote';
  return standsAtVerdict(deployment) ? 'over' : 'resume';
}

/** True for a canary that has passed and was to stop there: it waits for a person, as it was asked to. */
export function standsAtVerdict({
  started,
  verdict,
  promoted,
}: Pick<DeploymentState, 'started' | 'verdict' | 'promoted'>): boolean {
  return started.data.stopsAtVerdict === true && verdict?.data.verdict === 'pass' && !promoted;
}

/** Which deployment of a release a command is about: the one that is to be begun, or the one that was begun last. */
export function workRefOf(
  release: string,
  { phase, attempts, deployment }: Pick<ReleaseState, 'phase' | 'attempts' | 'deployment'>,
  round: WorkRef['round'],
): WorkRef {
  const attempt = phase === 'ready' ? attempts.deploy + 1 : (deployment?.attempt ?? attempts.deploy + 1);
  return { release, attempt, round };
}
