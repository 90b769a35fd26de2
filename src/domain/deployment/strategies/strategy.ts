import type { Config } from '../../../plan/config.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { KubeObject, ObjectRef } from '../../../ports/cluster.ts';

/**
 * How some requests come to the candidate while the others stay where they were. Pure: a strategy says which objects there
 * must be and what they must say; use cases read and write them.
 */
export interface Strategy {
  /** Whether the canary is a region, pods of its own beside the stable ones, some of the workload's own pods, or nothing. */
  readonly canary: 'region' | 'pods' | 'own-pods' | 'none';
  /** What a draft proposes for these services; `undefined` where the strategy cannot serve them all. */
  propose(ground: ProposalGround): Proposal | undefined;
  /** What stands in production while the canary is held, such as `the canary stays as it is, at 1% of production`. */
  standing(canary: Spec['canary']): string;
  /** What is wrong with a plan and the configuration, whatever runs in production. */
  check(facts: StrategyFacts): readonly StrategyFinding[];
  /** How many canary pods a share needs beside so many stable ones. */
  replicas(share: number, stable: number): number;
  /** The share of the requests that the canary then really gets, 0 to 1. */
  trueShare(share: number, stable: number): number;
  /** Why a service cannot be canaried with the objects that there are. Nothing has been written yet. */
  obstacle(ground: CanaryGround): Obstacle | undefined;
  /** Objects that the canary needs beside its Deployment; none of them sends it a request. */
  companions(ground: CanaryGround): readonly KubeObject[];
  /** Where those objects are, from the configuration alone, in the order in which they are taken away. */
  companionRefs(traffic: Traffic | undefined): readonly ObjectRef[];
  /** The company's own object that the requests come through, from the configuration alone. */
  routeRef(traffic: Traffic | undefined): ObjectRef | undefined;
  /** What steers requests; a strategy without it depends on the number of pods alone. */
  readonly steering?: Steering;
  /** How a workload replaces some of its own pods, where those are the canary. */
  readonly own?: OwnPods;
  /** True where pods take work that nobody sends them: the policy's limit of a share is about users. */
  readonly isWork?: true;
}

/** A workload that replaces its own pods. */
export interface OwnPods {
  readonly kind: 'StatefulSet' | 'DaemonSet';
  /** True where it replaces a pod only when somebody deletes it. */
  readonly deletes: boolean;
  /** How many pods it has, from the live object. */
  podsOf(live: KubeObject): number;
  /** What is written so that so many of its pods get the candidate, and the others stay. */
  first(candidate: KubeObject, live: KubeObject, count: number): KubeObject;
}

/** The object that divides the requests of a service, and what it must say. */
export interface Steering {
  /** The object, from the configuration alone; `undefined` when the service names none. */
  ref(traffic: Traffic | undefined): ObjectRef | undefined;
  /** True when the object exists only for the canary; otherwise it is the company's own and is changed with care. */
  readonly ownObject: boolean;
  /** The object with the canary linked at this share; a share of 0 links it without sending it a request. */
  expose(live: KubeObject, ground: Exposure): KubeObject;
  /** The object as it is without the canary: what others changed meanwhile stays. */
  unlink(live: KubeObject, ground: Omit<Exposure, 'share'>): KubeObject;
  /** True when nothing of the canary is left in the object and our own parts are what they were; what others changed is theirs. */
  isClean(live: KubeObject, ground: Omit<Exposure, 'share'>): boolean;
  /** What its controller says of the object as it is now. */
  acceptance(live: KubeObject): Acceptance;
}

/** What a draft knows when it chooses a strategy. */
export interface ProposalGround {
  readonly config: Config;
  /** The largest true share that the policy allows, 0 to 1. */
  readonly maxShare: number;
  /** The services of the plan, with the pods that production has of each where that is known. */
  readonly services: readonly {
    readonly name: string;
    readonly replicas: number | undefined;
    /** What runs it, where that is known. */
    readonly kind?: string | undefined;
    /** False where its pods are known to get no requests: no Service selects them. */
    readonly served?: boolean | undefined;
  }[];
}

/** The part of `spec.canary` that a strategy decides. */
export type Proposal = Pick<Spec['canary'], 'share' | 'region'>;

/** Where the traffic of a service is steered, from relctl.yaml. */
export type Traffic = NonNullable<Config['services'][string]['traffic']>;

/** What steering needs to know of a service. */
export interface Exposure {
  readonly traffic: Traffic;
  /** 0 to 1. */
  readonly share: number;
  /** The object as it was before the release; `undefined` when it was not there. */
  readonly before: KubeObject | undefined;
}

/** Whether the controller of a route has taken it in the generation that was written. */
export type Acceptance =
  | { readonly state: 'accepted' }
  | { readonly state: 'pending'; readonly detail: string }
  | { readonly state: 'refused'; readonly reason: string };

/** A service in a target, as it is before its canary starts. */
export interface CanaryGround {
  readonly service: string;
  readonly release: string;
  readonly traffic: Traffic | undefined;
  /** 0 to 1. */
  readonly share: number;
  /** The largest true share that the policy allows, 0 to 1. */
  readonly maxShare: number;
  /** The workload that production runs, and what is written for the canary: a Deployment of its own, or that workload changed. */
  readonly stable: KubeObject;
  readonly canary: KubeObject;
  /** Stable pods while the canary is watched, and those of the canary. */
  readonly pods: number;
  readonly canaryPods: number;
  /** The Service and the route or Ingress that `traffic` names, as they are now. */
  readonly stableService: KubeObject | undefined;
  readonly route: KubeObject | undefined;
}

/** Why a canary cannot be, with what to do. */
export interface Obstacle {
  readonly code: 'canary.selector-overlap' | 'canary.share-too-large' | 'canary.not-steerable';
  readonly problem: string;
  readonly why: string;
  readonly hints: readonly string[];
}

/** What a strategy is checked against before anything runs. */
export interface StrategyFacts {
  readonly spec: Spec;
  readonly config: Config;
  /** The services that it serves, with their places in the plan. */
  readonly services: readonly { readonly name: string; readonly index: number }[];
}

/** Something wrong with a plan, with how to mend it. */
export interface StrategyFinding {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly fix: string;
}
