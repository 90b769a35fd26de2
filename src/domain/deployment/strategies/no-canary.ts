import type { Strategy } from './strategy.ts';

/** A service that is met by everybody at once: rolled out last, after the others were judged, for a reason that the CAB sees. */
export const noCanary: Strategy = {
  canary: 'none',
  propose: () => undefined,
  standing: () => 'it is not rolled out yet',
  check: () => [],
  replicas: () => 0,
  trueShare: () => 0,
  obstacle: () => undefined,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
};
