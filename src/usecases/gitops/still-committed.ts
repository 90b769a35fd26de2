import { RelctlError } from '../../errors.ts';
import { ownOf } from '../../text/by-name.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { gitopsGround } from './ground.ts';
import { editsAt, imageChange } from './image-changes.ts';

/** Whether the config repository still names the images that were committed: where it does not, the reconciler takes them away next. */
export async function checkCommitted(context: Context, { journal }: Release): Promise<RecordedCheck> {
  const ground = gitopsGround(context);
  const { plan, state } = journal;
  const images = state.deployment?.started.data.images ?? {};
  const { name } = ground.repository;
  try {
    const changes = await Promise.all(
      plan.spec.services.map(async ({ name: service, image }) => {
        const shipped = ownOf(images, service) ?? image;
        const desired = await desiredService(context, plan.spec.candidate.commit, 'production', service, shipped);
        return imageChange(desired, undefined);
      }),
    );
    const head = await ground.repository.head();
    const { files, problems } = await editsAt(ground, head, changes);
    return files.size === 0 && problems.length === 0
      ? { name, ok: true, detail: `names what was deployed, at ${head.slice(0, 12)}` }
      : {
          name,
          ok: false,
          detail: `names other images than were deployed, at ${head.slice(0, 12)}: ${[...files.keys(), ...problems].join(', ')}`,
        };
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'gitops.unreachable') throw error;
    return { name, ok: false, detail: error.message };
  }
}
