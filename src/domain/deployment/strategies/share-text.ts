import { plural } from '../../../text/plural.ts';
import { nameOf } from '../../kubernetes/manifests.ts';
import type { CanaryGround, Strategy } from './strategy.ts';

/** What a canary is, and which part of the requests it gets, for people. */
export function shareText(ground: CanaryGround, { steering, own, isWork, trueShare }: Strategy): string {
  const { canaryPods, pods, share, stable } = ground;
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  const real = trueShare(share, pods);
  if (own !== undefined) {
    return `${canaryPods} of ${pods} pods of ${nameOf(stable)} ${canaryPods === 1 ? 'is' : 'are'} the candidate, ${percent(real)} of the requests`;
  }
  const text = plural(canaryPods, 'pod');
  if (isWork)
    return `${text} beside ${pods}, which ${canaryPods === 1 ? 'takes' : 'take'} about ${percent(real)} of the work`;
  return steering === undefined
    ? `${text} beside ${pods}, ${percent(real)} of the requests`
    : `${text}, ready and without requests; its share will be exactly ${Number((real * 100).toPrecision(6))} %`;
}
