import type { Spec } from '../../../plan/spec.ts';
import { httpRoute } from './http-route.ts';
import { ingressNginx } from './ingress-nginx.ts';
import { region } from './region.ts';
import { sharedService } from './shared-service.ts';
import type { Strategy } from './strategy.ts';

/** Every canary strategy by the name that a plan gives it. */
export const STRATEGIES: Readonly<Record<Spec['canary']['strategy'], Strategy>> = {
  'shared-service': sharedService,
  'http-route': httpRoute,
  region,
  'ingress-nginx': ingressNginx,
};

/** The strategy of a plan. */
export function strategyOf(spec: Pick<Spec, 'canary'>): Strategy {
  return STRATEGIES[spec.canary.strategy];
}
