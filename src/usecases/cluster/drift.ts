import { imageIds } from '../../domain/kubernetes/rollout.ts';
import { imagesBeside, movedImages } from '../../domain/kubernetes/running-images.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import type { DesiredService } from './desired-objects.ts';
import type { Run } from './run.ts';

/** The pods must run exactly the images that were staged and signed off, beside the service too. Errors: `cluster.drift`. */
export function refuseDrift(run: Run, service: DesiredService, pods: readonly KubeObject[]): void {
  const { stage } = run.release.journal.state;
  const staged = ownOf(stage?.images, service.name) ?? [];
  const running = imageIds(pods, service.container);
  const foreign = running.filter((id) => !staged.includes(id));
  const hints = [command`relctl stage ${run.release.journal.plan.id}`];
  if (foreign.length > 0 && staged.length > 0) {
    throw new RelctlError(
      'cluster.drift',
      `${service.name} runs ${foreign.join(', ')}, but ${staged.join(', ')} was staged and signed off`,
      {
        why: 'The sign-offs are about the image that was in staging, not about its name.',
        hints,
        data: { service: service.name, running, staged },
      },
    );
  }
  const beside = ownOf(stage?.imagesBeside, service.name) ?? {};
  const now = Object.entries(imagesBeside(service.deployment, pods, service.container));
  // What staging does not run, such as another version of a sidecar, cannot be compared.
  const moved = movedImages(
    beside,
    Object.fromEntries(now.filter(([image]) => (ownOf(beside, image) ?? []).length > 0)),
  );
  if (moved.length === 0) return;
  throw new RelctlError('cluster.drift', `beside ${service.name} runs what was not staged: ${moved.join('; ')}`, {
    why: 'A tag has moved since, and what runs beside a service was signed off with it.',
    hints: ['name a version or a digest in the manifests', ...hints],
    data: { service: service.name, moved },
  });
}
