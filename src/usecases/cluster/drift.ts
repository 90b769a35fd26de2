import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { DesiredService } from './desired-objects.ts';
import type { Run } from './run.ts';

/** The pods must run exactly the images that were staged and signed off. Errors: `cluster.drift`. */
export function refuseDrift(run: Run, service: DesiredService, running: readonly string[]): void {
  const staged = run.release.journal.state.stage?.images[service.name] ?? [];
  const foreign = running.filter((id) => !staged.includes(id));
  if (foreign.length === 0 || staged.length === 0) return;
  throw new RelctlError(
    'cluster.drift',
    `${service.name} runs ${foreign.join(', ')}, but ${staged.join(', ')} was staged and signed off`,
    {
      why: 'The sign-offs are about the image that was in staging, not about its name.',
      hints: [command`relctl stage ${run.release.journal.plan.id}`],
      data: { service: service.name, running, staged },
    },
  );
}
