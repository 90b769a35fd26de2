import * as z from 'zod';
import { keyOf, uuid } from './random.ts';

/**
 * Everything that the simulated company is: what the state file holds. The world is always settled at `now`: whoever moves
 * `now` also moves rollouts and traffic (see advance.ts).
 */

const count = z.int().min(0);
const time = z.number();
const environment = z.enum(['staging', 'production']);

/** Pod of a ReplicaSet: its slot, when it was made, when it got or gets ready (`null`: never). */
const podSchema = z.tuple([count, time, time.nullable()]);

const replicaSetSchema = z.object({
  hash: z.string(),
  revision: z.int().positive(),
  createdAt: time,
  template: z.record(z.string(), z.unknown()),
  image: z.string(),
  /** Names of the faults that this version suffers from. */
  effects: z.array(z.string()),
  pods: z.array(podSchema),
});

const rolloutSchema = z.object({
  desired: count,
  surge: count,
  unavailable: count,
  recreate: z.boolean(),
  paused: z.boolean(),
  /** Milliseconds. */
  minReady: time,
  deadline: time,
  /** Where the pods that there are are replaced: those from an ordinal on, or, on nodes, all; by itself, or when one is deleted. */
  inPlace: z.object({ by: z.enum(['ordinals', 'nodes']), from: count, onDelete: z.boolean() }).optional(),
  /** Hash of the ReplicaSet of the current template. */
  current: z.string(),
  sets: z.array(replicaSetSchema),
  /** When a pod was last made or got ready. */
  progressedAt: time,
  /** How many changes of status since the object was last written. */
  ticks: count,
});

const metadataSchema = z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() });
const storedSchema = z.object({
  object: z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: metadataSchema }),
  /** What field manager `relctl` applied last: fields that it no longer names are removed. */
  applied: z.record(z.string(), z.unknown()).optional(),
  /** When its spec was last written. */
  changedAt: time,
  rollout: rolloutSchema.optional(),
  /** Faults of a Job, decided when it starts. */
  effects: z.array(z.string()).optional(),
});

const targetSchema = z.object({
  environment,
  region: z.string().optional(),
  uid: z.string(),
  namespace: z.string(),
  /** The last resource version given. */
  version: count,
  objects: z.record(z.string(), storedSchema),
});

/** Equal pods that serve a service: so many of one ReplicaSet. */
const servingSchema = z.object({
  target: z.string(),
  deployment: z.string(),
  hash: z.string(),
  image: z.string(),
  track: z.string(),
  pods: z.int().positive(),
  /** Their names, where those do not follow from the set. */
  names: z.array(z.string()).optional(),
  effects: z.array(z.string()),
  /** Their part of the requests, 0 to 1, where a route divides them; else requests go evenly to all pods. */
  share: z.number().min(0).max(1).optional(),
});

const changePointSchema = z.object({ at: time, requestsPerSecond: z.number().min(0), serving: z.array(servingSchema) });

const faultSchema = z.object({
  name: z.string(),
  service: z.string().optional(),
  environment: environment.optional(),
  since: time,
  /** Images that ran when the fault was set: it leaves them alone, so that a rollback cures it. */
  spared: z.array(z.string()),
});

/** A record in the simulated system of changes. */
const changeSchema = z.object({
  number: z.string(),
  correlation: z.string(),
  title: z.string(),
  description: z.string(),
  window: z.object({ start: time, end: time }),
  stage: z.enum(['planned', 'implementing', 'reviewing', 'closed', 'cancelled']),
  notes: z.array(z.string()),
  end: z
    .object({ outcome: z.enum(['successful', 'successful-with-issues', 'unsuccessful']), notes: z.string() })
    .optional(),
});

const messageSchema = z.object({
  key: z.string(),
  topic: z.string(),
  release: z.string(),
  feature: z.string(),
  text: z.string(),
  at: z.string(),
  informed: z.array(z.string()),
  simulated: z.boolean(),
});

const lessonSchema = z.object({
  selectors: z.array(
    z.object({ selector: z.string(), service: z.string(), counts: z.enum(['all', 'good', 'fast']), le: z.number() }),
  ),
  krs: z.array(z.object({ name: z.string(), query: z.string(), baseline: z.number(), target: z.number() })),
  smokeTests: z.array(
    z.object({
      name: z.string(),
      url: z.string().optional(),
      status: z.int().optional(),
      contains: z.string().optional(),
      /** A JSON body that holds what the smoke test looks for. */
      body: z.string().optional(),
      command: z.array(z.string()).optional(),
    }),
  ),
  resources: z.array(
    z.object({
      environment,
      name: z.string(),
      object: z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() }).optional(),
      command: z.array(z.string()).optional(),
      url: z.string().optional(),
      status: z.int().optional(),
      address: z.string().optional(),
    }),
  ),
  /** New alerts with the command that makes each fire. */
  alerts: z.array(z.object({ name: z.string(), drill: z.array(z.string()).optional() })).default([]),
});

/** Schema of the state file. */
export const worldSchema = z.object({
  format: z.literal('relctl-sandbox/1'),
  notice: z.string(),
  seed: z.int(),
  start: time,
  now: time,
  /** Raised with every write of the file. */
  revision: count,
  targets: z.record(z.string(), targetSchema),
  /** Requests a second in production, by service; `*` is every other service. */
  requestsPerSecond: z.record(z.string(), z.number().min(0)),
  /** The services of relctl.yaml by their workloads, `environment/Kind/name`; others are called by the labels of their pods. */
  services: z.record(z.string(), z.string()).default({}),
  /** Change points of what serves, by `environment/service`, oldest first. */
  traffic: z.record(z.string(), z.array(changePointSchema)),
  /** When a new version was last rolled out, by environment, oldest first. */
  deploys: z.record(z.string(), z.array(time)),
  faults: z.array(faultSchema),
  /** When the metrics store was down; `to` is missing while it is. */
  outages: z.array(z.object({ from: time, to: time.optional() })),
  /** Upper edges of the latency histogram in seconds, without +Inf, from a time on; oldest first. */
  buckets: z.array(z.object({ from: time, edges: z.array(z.number().positive()) })).min(1),
  lessons: lessonSchema,
  /** Alerts that were made to fire, or posted to the router, for practice; the last hundred. */
  drills: z.array(z.object({ alert: z.string(), at: time, until: time, synthetic: z.boolean() })).default([]),
  outbox: z.array(messageSchema),
  /** Records in the simulated system of changes, oldest first. */
  changes: z.array(changeSchema).default([]),
});

/** The simulated company. */
export type WorldState = z.infer<typeof worldSchema>;
/** One simulated cluster with one namespace. */
export type TargetState = WorldState['targets'][string];
/** An object with what the simulation knows of it. */
export type StoredObject = z.infer<typeof storedSchema>;
/** A Deployment at work. */
export type RolloutState = z.infer<typeof rolloutSchema>;
/** A ReplicaSet at work. */
export type ReplicaSetState = z.infer<typeof replicaSetSchema>;
/** A pod at work. */
export type PodState = z.infer<typeof podSchema>;
/** Equal pods that serve. */
export type Serving = z.infer<typeof servingSchema>;
/** What serves from a time on. */
export type ChangePoint = z.infer<typeof changePointSchema>;
/** A fault that is switched on. */
export type ActiveFault = z.infer<typeof faultSchema>;
/** What the world was taught of a plan. */
export type Lessons = z.infer<typeof lessonSchema>;
/** A message that was delivered. */
export type DeliveredMessage = z.infer<typeof messageSchema>;

/** Seed when none is given. */
export const DEFAULT_SEED = 20_261_203;
/**
 * Requests a second of a service when nothing else is said. With them, a 1 % canary shows a regression of ×5 within a bake of
 * 15 minutes; with 200 it needs its extension.
 */
const DEFAULT_REQUESTS_PER_SECOND = 500;
/** Upper edges of the latency histogram in seconds, when a plan names no others. */
const DEFAULT_BUCKETS = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 10];

/** Key of a target: the environment, and the region where there is one. */
export function targetKey(environment: string, region?: string): string {
  return region === undefined ? environment : `${environment}/${region}`;
}

/** An empty world. `targets` are the clusters that the configuration names; times in milliseconds since the epoch. */
export function newWorld(options: {
  readonly seed: number;
  readonly start: number;
  readonly targets: readonly {
    readonly environment: 'staging' | 'production';
    readonly region?: string;
    readonly namespace: string;
  }[];
}): WorldState {
  const { seed, start } = options;
  const targets: WorldState['targets'] = {};
  for (const target of options.targets) {
    const key = targetKey(target.environment, target.region);
    targets[key] = { ...target, uid: uuid(keyOf(seed, `cluster ${key}`)), version: 1000, objects: {} };
  }
  return {
    format: 'relctl-sandbox/1',
    notice: 'A simulated company, made by relctl. Nothing in this file happened.',
    seed,
    start,
    now: start,
    revision: 0,
    targets,
    requestsPerSecond: { '*': DEFAULT_REQUESTS_PER_SECOND },
    services: {},
    traffic: {},
    deploys: {},
    faults: [],
    outages: [],
    buckets: [{ from: 0, edges: [...DEFAULT_BUCKETS] }],
    lessons: { selectors: [], krs: [], smokeTests: [], resources: [], alerts: [] },
    drills: [],
    outbox: [],
    changes: [],
  };
}
