import type { ProposalGround, Strategy } from './strategy.ts';

/**
 * A service that takes work from a queue and gets no requests: one pod of the candidate takes work beside the others, and is
 * judged by its own counters. What it takes is about one part of all pods; nobody divides it, so it is told and not promised.
 */
export const worker: Strategy = {
  canary: 'pods',
  propose: ({ services }: ProposalGround) =>
    services.length > 0 && services.every(({ kind, served }) => kind === 'Deployment' && served === false)
      ? { share: '1%' }
      : undefined,
  standing: () => 'one pod of the candidate goes on taking work',
  check: () => [],
  replicas: () => 1,
  trueShare: (_share, pods) => 1 / (pods + 1),
  isWork: true,
  obstacle: () => undefined,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
};
