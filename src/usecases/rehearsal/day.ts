import { canaryOf, isByRegion } from '../../domain/deployment/strategies/strategies.ts';
import { replicasOf } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import type { RenderingContext } from '../cluster/environment.ts';

/** What happens on ordinary days and harms no good canary; the sandbox knows them by these names. */
const DAYS = ['cold-start', 'shared-incident'] as const;
/** Beside one stable pod an incident that both have looks like pods that differ by as much, and no canary passes it. */
const BESIDE_ONE_POD = ['cold-start'] as const;

/**
 * The day of a rehearsal: one that the plan's digest draws, so that the same plan is rehearsed on the same day.
 * @param stablePods the fewest that a canary of the plan is compared with; `undefined` where that is not known
 */
export function drawnDay(
  { specDigest }: Pick<ReleasePlan, 'specDigest'>,
  stablePods: number | undefined,
): (typeof DAYS)[number] {
  const days = stablePods === 1 ? BESIDE_ONE_POD : DAYS;
  return days[Number.parseInt(specDigest.slice(-4), 16) % days.length] ?? days[0];
}

/** The fewest stable pods that a canary of the plan is compared with, by its manifests; `undefined` where these cannot be read. */
export async function fewestStablePods(
  context: RenderingContext,
  { spec }: Pick<ReleasePlan, 'spec'>,
): Promise<number | undefined> {
  if (isByRegion(spec)) return undefined;
  try {
    const pods = await Promise.all(
      spec.services.map(async ({ name, image }) => {
        const { deployment } = await desiredService(context, spec.candidate.commit, 'production', name, image);
        return Math.max(replicasOf(deployment), canaryOf(spec, name).stablePods ?? 0);
      }),
    );
    return pods.length === 0 ? undefined : Math.min(...pods);
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
