import { sha256 } from '../../plan/digest.ts';
import type { WorkRef } from '../../ports/runner.ts';

/** How the Jobs of `--runner kubernetes` are called. What a Job is for gives its name, so that there is one for it at most. */

/** Which release a Job carries on. It is not the label of what belongs to a release: whoever cleans up after one ends no run. */
export const RUN_LABEL = 'relctl.dev/run';
/** The container that relctl runs in. */
export const CONTAINER = 'relctl';

/** Job names become labels of pods, which hold 63 characters; the pod's own suffix takes 6 more for its host name. */
const ROOM = 57;
const DIGITS = 8;

/**
 * The name of the Job for a piece of work: readable, and with a digest of all of it, since ids that are cut may be alike.
 * @param namespace of the target: two repositories that release to two namespaces share a runner's namespace
 */
export function jobName({ release, attempt, round }: WorkRef, namespace: string): string {
  const digest = sha256([namespace, release, attempt, round].join('\n')).slice(0, DIGITS);
  const tail = `-${attempt}${round === 'forward' ? '' : `-${round}`}-${digest}`;
  const slug = release
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, ROOM - 'relctl-'.length - tail.length)
    .replaceAll(/^-+|-+$/g, '');
  return `relctl-${slug === '' ? 'release' : slug}${tail}`;
}
