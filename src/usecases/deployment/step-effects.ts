import type { Step } from '../../domain/deployment/steps.ts';
import { shareText } from '../../domain/deployment/strategies/share-text.ts';
import { canariedSlos, canaryOf, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { allContainers } from '../../domain/kubernetes/pods.ts';
import { sayDuration } from '../../plan/duration.ts';
import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import type { ServiceChanges } from './changes.ts';

/** What each step would do, in a few words, from what was read. */
export function effectOf(
  spec: Spec,
  step: Step,
  changes: readonly ServiceChanges[],
  channels: readonly string[],
): string {
  switch (step.kind) {
    case 'baseline':
      return 'records every object that the release changes, beside the plan';
    case 'notify':
      return channels.length === 0 ? 'no channel takes this topic' : `tells ${channels.join(', ')}`;
    case 'migrate':
      return `${command`${step.migration.up}`}${step.migration.pointOfNoReturn ? '; after it, the release cannot be rolled back' : ''}`;
    case 'bake':
      return `judges ${canariedSlos(spec)
        .map((slo) => slo.name)
        .join(', ')} every ${sayDuration(spec.canary.look)}`;
    case 'commit':
      return 'one commit with the image of each service, and nothing else';
    case 'sync':
      return 'reads its status; nothing is written';
    case 'promote':
      return 'only after a pass, and inside the window';
    case 'soak':
      return `compares ${step.done.join(', ')} with the other regions`;
    default: {
      const change = changes.find((one) => one.target === step.target && one.service.name === step.service);
      return change === undefined ? '' : serviceEffect(spec, step.kind, change);
    }
  }
}

type ServiceKind = Exclude<
  Step['kind'],
  'baseline' | 'notify' | 'migrate' | 'bake' | 'promote' | 'soak' | 'commit' | 'sync'
>;

function serviceEffect(spec: Spec, kind: ServiceKind, { ground, obstacle, prepared, service }: ServiceChanges): string {
  switch (kind) {
    case 'prepare':
      return prepared.length === 0 ? 'nothing new' : `creates ${prepared.join(', ')}`;
    case 'canary': {
      if (ground === undefined) return 'no canary: it is new, or no other pods can stand beside its own';
      if (obstacle !== undefined) return 'cannot be: see above';
      const strategy = strategyFor(spec, ground.service);
      return strategy.steering === undefined
        ? shareText(ground, strategy)
        : `${plural(ground.canaryPods, 'pod')}, at weight 0`;
    }
    case 'expose':
      return ground === undefined
        ? 'new service: no canary'
        : `exactly ${canaryOf(spec, ground.service).share} of the requests`;
    case 'rollout':
      return broughtBy(service);
    case 'hide':
      return 'the route is as it was before, or as the release ships it';
    case 'retire':
      return 'nothing of the canary is left';
  }
}

/** What a rollout brings: the image of a service, or how many objects several share. */
function broughtBy({ deployment, container, others }: ServiceChanges['service']): string {
  if (deployment === undefined) return plural(others.length, 'object');
  return allContainers(deployment).find((one) => one.name === container)?.image ?? '';
}
