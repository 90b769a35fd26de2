import { matchesSelector } from '../../kubernetes/label-selector.ts';
import { nameOf, podLabelsOf, selectorOf } from '../../kubernetes/manifests.ts';
import type { CanaryGround, Obstacle } from './strategy.ts';

/**
 * A stable Deployment whose selector matched canary pods would take them over and scale them away; its autoscaler would count
 * them (kubernetes/kubernetes#116898). A selector is immutable, so this cannot be mended on the way.
 */
export function overlapObstacle({ stable, canary }: Pick<CanaryGround, 'stable' | 'canary'>): Obstacle | undefined {
  if (!matchesSelector(selectorOf(stable), podLabelsOf(canary))) return undefined;
  return {
    code: 'canary.selector-overlap',
    problem: `the selector of ${nameOf(stable)} also matches the pods of its canary`,
    why: 'Two Deployments that select the same pods fight over them; a selector cannot be changed in place.',
    hints: [
      'give the stable Deployment the label track: stable in its selector and pod template, once, in a release of its own',
    ],
  };
}
