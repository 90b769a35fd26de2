import { messageMark, type ReleaseCommit, readMessage } from '../../domain/gitops/message.ts';
import type { ConfigRepository } from '../../ports/config-repository.ts';

/** The commits of a release in the history of a commit, newest first. */
export async function releaseCommits(
  repository: ConfigRepository,
  head: string,
  release: string,
): Promise<readonly ReleaseCommit[]> {
  const found = await repository.commitsWith(head, messageMark(release));
  return found.flatMap(({ commit, message }) => readMessage(release, commit, message) ?? []);
}
