import { LEASE } from '../../domain/deployment/lease.ts';
import { RelctlError } from '../../errors.ts';
import type { Config, EnvironmentName } from '../../plan/config.ts';
import type { Spec } from '../../plan/spec.ts';
import type { ChangeRecords } from '../../ports/change-records.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import type { Environments } from '../../ports/environments.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { People } from '../../ports/people.ts';
import { createSandboxAlerts } from './alerts.ts';
import { createSandboxChangeRecords } from './change-records.ts';
import { createSandboxClock, type SandboxClock } from './clock.ts';
import { createSandboxCluster } from './cluster.ts';
import { workloadKey } from './deployments.ts';
import { switchOff, switchOn } from './fault-switch.ts';
import { type FaultListing, type FaultPlace, listFaults, requireFault } from './faults.ts';
import { labellingOf } from './labelling.ts';
import { teach } from './lessons.ts';
import { createSandboxMetrics } from './metrics.ts';
import { createSandboxNotifier } from './notifier.ts';
import { seedObject } from './object-store.ts';
import { createPeople } from './people.ts';
import { createSandboxCommands, createSandboxProbe, createSandboxTcp } from './probes.ts';
import { createSandboxSuccess } from './success.ts';
import { recordTraffic } from './traffic.ts';
import { type World, worldInFile, worldInMemory } from './world.ts';
import { DEFAULT_SEED, type DeliveredMessage, newWorld, targetKey, type WorldState } from './world-state.ts';

/** What the company runs was there for this long before its world begins, traffic included. */
const PAST_MS = 7 * 86_400_000;
/** When a world begins if nothing else is said: Monday, 2 November 2026, 09:00 UTC. */
const DEFAULT_START = Date.UTC(2026, 10, 2, 9);

/** A simulated company behind relctl's ports. Everything that it says is made up, and it says so. */
export interface Sandbox extends Environments {
  readonly simulated: true;
  readonly clock: SandboxClock;
  readonly notifier: Notifier;
  readonly changeRecords: ChangeRecords;
  readonly faults: SandboxFaults;
  /** People with the names of the plan's owners. */
  people(spec: Spec): People;
  /** Puts objects there as if the company had run them for a week. */
  seedCluster(environment: EnvironmentName, objects: readonly KubeObject[], region?: string): void;
  /** Which workload each service of relctl.yaml is, before it is seeded: its series bear the service's name. */
  nameServices(environment: EnvironmentName, workloads: ReadonlyMap<string, KubeObject>): void;
  /** True while nothing runs anywhere and no time has passed. */
  isUntouched(): boolean;
  /** True once relctl deployed anything: an environment keeps the lock that it was given. */
  hasDeployed(): boolean;
  /** Lets the company know a plan: its metric names, thresholds, smoke tests, KRs, and provisioned resources. */
  teach(spec: Spec): void;
  /** Requests a second of a service in production (`*` for all others), from now on; staging gets a twentieth. */
  setRequestRate(service: string, perSecond: number): void;
  /** Messages that were delivered, oldest first; the last 200. */
  outbox(): readonly DeliveredMessage[];
  /** Records in its system of changes, oldest first. */
  changes(): WorldState['changes'];
}

/** The switches of what goes wrong. */
interface SandboxFaults {
  /** All faults there are, with whether they are on. */
  list(): readonly FaultListing[];
  /**
   * Switches a fault on or off. Errors: `usage.bad-flag` for an unknown name.
   * @param place one service or environment; else all, but faults of new versions are in production only
   */
  set(name: string, on: boolean, place?: FaultPlace): void;
}

/**
 * Opens the simulated company of a configuration. What is in the file goes on where it was; the seed and start count only
 * when the file is new. Errors: `sandbox.state` when the file is not a state file or cannot be written.
 * @param options.file where the world is kept; in memory when `undefined`
 * @param options.start when a new world begins, milliseconds since the epoch
 */
export function openSandbox(options: {
  readonly file: string | undefined;
  readonly config: Config;
  readonly seed?: number;
  readonly start?: number;
}): Sandbox {
  const { file, config } = options;
  const fresh = () =>
    newWorld({
      seed: options.seed ?? DEFAULT_SEED,
      start: options.start ?? DEFAULT_START,
      targets: targetsIn(config),
    });
  const world = file === undefined ? worldInMemory(fresh()) : worldInFile(file, fresh);
  followTargets(world, fresh());
  const labelling = labellingOf(config);
  const clusters = new Map<string, Cluster>();
  const clock = createSandboxClock(world);
  return {
    simulated: true,
    clock,
    notifier: createSandboxNotifier(world, config),
    changeRecords: createSandboxChangeRecords(world),
    commands: createSandboxCommands(world),
    http: createSandboxProbe(world),
    success: createSandboxSuccess(() => world.read()),
    tcp: createSandboxTcp(world),
    observers: async () => [],
    faults: {
      list: () => listFaults(world.read()),
      set(name, on, place = {}) {
        const known = requireFault(name);
        world.change((state) => (on ? switchOn(state, known, place) : switchOff(state, known, place)));
      },
    },
    cluster(environment, region) {
      const { context, namespace, clusterUid } = configured(config, environment, region);
      const key = targetKey(environment, region);
      // A configured identity is taken over: the sandbox stands for that very cluster.
      const identity = clusterUid ?? world.read().targets[key]?.uid ?? '';
      const cluster = clusters.get(key) ?? createSandboxCluster(world, clock, key, { context, namespace, identity });
      clusters.set(key, cluster);
      return cluster;
    },
    metrics: (environment) => createSandboxMetrics(environment, labelling, world.read),
    alerts: (environment) => createSandboxAlerts(environment, world),
    people: (spec) => createPeople(spec, world.read),
    seedCluster(environment, objects, region) {
      configured(config, environment, region);
      world.change((state) => seed(state, targetKey(environment, region), objects));
    },
    nameServices(environment, workloads) {
      world.change((state) => {
        for (const [service, workload] of workloads) state.services[workloadKey(environment, workload)] = service;
      });
    },
    isUntouched() {
      const { now, start, targets } = world.read();
      return now === start && Object.values(targets).every(({ objects }) => Object.keys(objects).length === 0);
    },
    hasDeployed: () =>
      Object.values(world.read().targets).some(({ objects }) =>
        Object.values(objects).some(
          ({ object: { kind, metadata } }) => kind === LEASE.kind && metadata.name === LEASE.name,
        ),
      ),
    teach: (spec) => world.change((state) => teach(state, spec)),
    setRequestRate(service, perSecond) {
      world.change((state) => {
        state.requestsPerSecond[service] = Math.max(0, perSecond);
        for (const environment of ['staging', 'production']) recordTraffic(state, environment, state.now);
      });
    },
    outbox: () => world.read().outbox,
    changes: () => world.read().changes,
  };
}

function seed(state: WorldState, key: string, objects: readonly KubeObject[]): void {
  const target = state.targets[key];
  if (target === undefined) return;
  const history = structuredClone(state.traffic);
  for (const object of objects) seedObject(state, target, object, state.now - PAST_MS);
  // What was recorded object by object is put right at once: all of it was there before.
  state.traffic = history;
  recordTraffic(state, target.environment, state.now === state.start ? state.now - PAST_MS : state.now);
}

function targetsIn(config: Config): Parameters<typeof newWorld>[0]['targets'] {
  return (['staging', 'production'] as const).flatMap((environment) => {
    const { namespace, regions } = config.environments[environment];
    return [
      { environment, namespace },
      ...regions.map((region) => ({ environment, region: region.name, namespace: region.namespace })),
    ];
  });
}

/** A configuration may have gained a region, or named another namespace, since the world was made. */
function followTargets(world: World, fresh: WorldState): void {
  const known = world.read().targets;
  const changed = Object.entries(fresh.targets).filter(([key, { namespace }]) => known[key]?.namespace !== namespace);
  if (changed.length === 0) return;
  world.change((state) => {
    for (const [key, target] of changed) {
      const there = state.targets[key];
      if (there === undefined) state.targets[key] = target;
      else there.namespace = target.namespace;
    }
  });
}

function configured(
  config: Config,
  environment: EnvironmentName,
  region: string | undefined,
): { readonly context: string; readonly namespace: string; readonly clusterUid?: string | undefined } {
  const whole = config.environments[environment];
  if (region === undefined) return whole;
  const found = whole.regions.find((each) => each.name === region);
  if (found !== undefined) return found;
  throw new RelctlError('config.unknown-environment', `${environment} has no region "${region}"`, {
    why: 'relctl writes only to clusters that relctl.yaml names.',
    hints: [`regions of ${environment}: ${whole.regions.map((each) => each.name).join(', ') || 'none'}`],
  });
}
