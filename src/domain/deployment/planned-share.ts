import { percentRatio } from '../../plan/duration.ts';
import type { Spec } from '../../plan/spec.ts';
import type { ShareFacts } from './share.ts';
import { canaryOf, knownStrategyFor } from './strategies/strategies.ts';

/** A canary in the numbers of pods that the manifests give. */
export interface PlannedShare extends ShareFacts {
  readonly made: number;
  /** Stable pods while it is watched, and its own. */
  readonly pods: number;
  readonly canaryPods: number;
}

/**
 * What the pods make of the share of a service; nothing where there is no canary or another thing than pods decides: a region has the users
 * that it has, and how many nodes a DaemonSet has only the cluster knows.
 * @param replicas what its manifests for production say
 */
export function plannedShare(spec: Spec, service: string, replicas: number | undefined): PlannedShare | undefined {
  const strategy = knownStrategyFor(spec, service);
  if (strategy === undefined || strategy.own?.deletes === true) return undefined;
  if (strategy.canary === 'none' || strategy.canary === 'region') return undefined;
  if (replicas === undefined || replicas < 1) return undefined;
  const planned = canaryOf(spec, service);
  const asked = percentRatio(planned.share);
  const isOwn = strategy.own !== undefined;
  const pods = isOwn ? replicas : Math.max(replicas, planned.stablePods ?? 0);
  const made = isOwn && pods < 2 ? 1 : strategy.trueShare(asked, pods);
  // A worker takes what comes: nobody asks for a share of it.
  return { ...(strategy.isWork ? {} : { asked }), made, pods, canaryPods: strategy.replicas(asked, pods) };
}
