import type { Unfit } from '../../domain/deployment/fitness.ts';
import { applicationRef, applicationText } from '../../domain/gitops/application.ts';
import type { ImageChange } from '../../domain/gitops/edit-images.ts';
import { imageRepository } from '../../domain/kubernetes/pods.ts';
import type { Context } from '../release/context.ts';
import { applicationNow } from './application-now.ts';
import { gitopsGround } from './ground.ts';
import { editsAt } from './image-changes.ts';

/**
 * What stands in the way of a release that is brought by commits: a reconciler that would not apply them, and a config repository in which
 * there is nothing to change. Nothing is written to find out.
 * @throws RelctlError `gitops.unreachable`, `config.invalid` in the sandbox
 */
export async function unfitForCommits(
  context: Context,
  target: string,
  changes: readonly ImageChange[],
): Promise<readonly Unfit[]> {
  const ground = gitopsGround(context);
  const { settings, repository } = ground;
  const ref = applicationRef(settings);
  const object = applicationText(ref);
  const found: Unfit[] = [];
  const add = (weight: Unfit['weight'], code: Unfit['code'], problem: string, fix: string, moving?: true) =>
    found.push({ weight, code, target, object, problem, fix, ...(moving === undefined ? {} : { moving }) });
  const head = await repository.head();
  const { obstacle, sync, images } = await applicationNow(context);
  for (const { from, service } of changes.filter((one) => images.names.includes(imageRepository(one.from)))) {
    add(
      'refused',
      'no-application',
      `${object} sets the image ${imageRepository(from)} of ${service} itself, in ${images.at}: a commit would not change what runs`,
      `take it out of ${images.at}, and name it in \`images:\` of the kustomization in ${settings.path}`,
    );
  }
  if (obstacle !== undefined) add('refused', 'no-application', `${object} ${obstacle.problem}`, obstacle.fix);
  if (sync !== undefined) {
    const { state, revision, detail } = sync;
    if (state !== 'ready')
      add('sick', 'no-application', `${object} is not ready: ${detail}`, 'see what it says, and fix it', true);
    else if (revision !== head) {
      const stands = revision?.slice(0, 12) ?? 'nothing';
      add(
        'told',
        'no-application',
        `${object} stands at ${stands}, and ${repository.name} at ${head.slice(0, 12)}: what lies between is applied meanwhile`,
        '',
      );
    }
  }
  const { files, problems } = await editsAt(ground, head, changes);
  for (const problem of problems) {
    add(
      'refused',
      'not-committable',
      `${repository.name}: ${problem}`,
      'correct environments.production.gitops.path in relctl.yaml, or name the image in a manifest or in `images:` of the kustomization there',
    );
  }
  if (problems.length === 0 && files.size === 0) {
    add(
      'refused',
      'not-committable',
      `${repository.name} names the images of the candidate already: the release would change nothing`,
      'revert the commit that brought them there, or release something else',
    );
  }
  return found;
}
