import type { Strategy } from '../../src/domain/deployment/strategies/strategy.ts';

/** A canary strategy as somebody outside of relctl would write it: a mesh copies requests, and no user meets the canary. */
export const mirror: Strategy = {
  canary: 'pods',
  propose: ({ services }) => (services.every(({ name }) => name.startsWith('mesh-')) ? { share: '100%' } : undefined),
  standing: () => 'the canary gets copies of requests, and no user meets it',
  check: ({ spec }) =>
    spec.canary.share === '100%'
      ? []
      : [
          {
            code: 'canary.mirror-share',
            path: ['spec', 'canary', 'share'],
            problem: 'a mirror copies every request',
            fix: 'set share to 100%',
          },
        ],
  replicas: () => 1,
  trueShare: () => 0,
  obstacle: () => undefined,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
};
