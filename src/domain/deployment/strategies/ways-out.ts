import type { Config } from '../../../plan/config.ts';
import { formatPercent } from '../../../text/figures.ts';

/** A service whose smallest canary is more of production than the policy allows. */
export interface TooSmall {
  readonly service: string;
  readonly traffic: Config['services'][string]['traffic'];
  /** Stable pods, and the largest share that the policy allows, 0 to 1. */
  readonly pods: number;
  readonly maxShare: number;
  /** True where something else decides how many pods there are. */
  readonly isScaled: boolean;
  /** True where its manifest does not say how many pods there are: then no plan can have more of them for a while. */
  readonly isUnsaid?: boolean;
}

/** A way to a canary that the policy allows, as a person would write it, with what it means. */
export interface WayOut {
  /** What is written in the plan at the service; `undefined` where something else has to be changed. */
  readonly canary?: {
    readonly strategy?: string;
    readonly share?: string;
    readonly stablePods?: number;
    readonly reason?: string;
  };
  /** The share that the policy then allows. */
  readonly share?: string;
  readonly text: string;
}

/**
 * What can be done for a service that is too small for its share, each with its numbers, the one that changes least first: a smaller
 * canary, a route, more stable pods for the time of the bake, a larger share in the policy, no canary.
 */
export function waysOut({ service, traffic, pods, maxShare, isScaled, isUnsaid = false }: TooSmall): readonly WayOut[] {
  const limit = formatPercent(maxShare);
  const needed = Math.max(2, Math.ceil(1 / maxShare - 1e-9) - 1);
  const most = Math.floor((maxShare * pods) / (1 - maxShare) + 1e-9);
  const smallest = 1 / (pods + 1);
  // Rounded down, as it is written: a share that is rounded up would take a pod more.
  const share = `${Math.floor((most / (most + pods)) * 1000) / 10}%`;
  const route = (['httpRoute', 'grpcRoute', 'ingress'] as const).find((kind) => traffic?.[kind] !== undefined);
  return [
    ...(most > 0
      ? [
          {
            canary: { share },
            text: `ask for a share of at most ${share} (${most === 1 ? 'one canary pod' : `${most} canary pods`})`,
          },
        ]
      : []),
    route === undefined
      ? {
          text: 'a route divides requests exactly with any number of pods: traffic of the service in relctl.yaml, strategy http-route',
        }
      : {
          canary: { strategy: ROUTES[route], share: '1%' },
          text: `strategy ${ROUTES[route]}: exactly 1% of the requests, by ${traffic?.[route]}`,
        },
    ...(most > 0
      ? []
      : [
          {
            ...(isScaled || isUnsaid ? {} : { canary: { stablePods: needed } }),
            text: isScaled
              ? `run at least ${needed} replicas of ${service} for that time (minReplicas of its autoscaler)`
              : isUnsaid
                ? `run at least ${needed} replicas of ${service}: its manifest does not say how many there are (spec.replicas)`
                : `run at least ${needed} replicas of ${service}, or canary: { stablePods: ${needed} } below ${service} in services, for the time of the bake: ${needed - pods} more than today, one canary pod is then ${formatPercent(1 / (needed + 1))}`,
          },
          {
            share: `${Math.ceil(smallest * 100)}%`,
            text: `raise canary.maxShare of the policy, in relctl/process/, from ${limit} to ${Math.ceil(smallest * 100)}%: one canary pod beside ${pods} is ${formatPercent(smallest)}`,
          },
        ]),
    {
      canary: {
        strategy: 'none',
        reason: `${pods === 1 ? 'one pod' : `${pods} pods`} are too few: one canary pod would be ${formatPercent(smallest)} of production, and ${limit} is allowed`,
      },
      text: 'strategy none with a reason: it is rolled out last, and the CAB is told why',
    },
  ];
}

const ROUTES = { httpRoute: 'http-route', grpcRoute: 'grpc-route', ingress: 'ingress-nginx' } as const;
