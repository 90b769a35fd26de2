import { plural } from '../../../text/plural.ts';
import { nameOf } from '../../kubernetes/manifests.ts';
import { sayShare } from '../share.ts';
import type { CanaryGround, Strategy } from './strategy.ts';

/** What a canary is, and which part of the requests it gets, for people. */
export function shareText(ground: CanaryGround, { steering, own, isWork, trueShare }: Strategy): string {
  const { canaryPods, pods, share, stable } = ground;
  const made = trueShare(share, pods);
  const said = sayShare(isWork ? { made } : { asked: share, made });
  if (own !== undefined) {
    return `${canaryPods} of ${pods} pods of ${nameOf(stable)} ${canaryPods === 1 ? 'is' : 'are'} the candidate, ${said} of the requests`;
  }
  const text = plural(canaryPods, 'pod');
  if (isWork) return `${text} beside ${pods}, which ${canaryPods === 1 ? 'takes' : 'take'} about ${said} of the work`;
  return steering === undefined
    ? `${text} beside ${pods}, ${said} of the requests`
    : `${text}, ready and without requests; its share will be exactly ${said}`;
}
