import { existsSync, rmSync } from 'node:fs';
import { phaseOf } from '../../domain/history/fold.ts';
import { environmentObjects } from '../../domain/kubernetes/environment-objects.ts';
import { isHelmHook } from '../../domain/kubernetes/helm-hooks.ts';
import { sourcesOf } from '../../domain/kubernetes/sources.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { RelctlError } from '../../errors.ts';
import type { Config, EnvironmentName } from '../../plan/config.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { ManifestSource } from '../../ports/manifest-source.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import type { Repository } from '../../ports/repository.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** Where the simulated company lives, and what it is made from. */
export interface SandboxGround {
  /** Absolute path of its state; in memory when `undefined`. */
  readonly file: string | undefined;
  readonly config: Config;
  readonly repository: Pick<Repository, 'resolve'>;
  readonly manifests: ManifestSource;
  readonly store: PlanStore;
  /** When a new world begins, milliseconds since the epoch. */
  readonly start?: number;
  /** Takes what whoever practises should know of the company. */
  readonly tell?: (text: string) => void;
}

/** The simulated company as use cases see it: every port, and a store that teaches it each plan that is read. */
export interface SandboxWorld {
  readonly sandbox: Sandbox;
  readonly clock: Sandbox['clock'];
  readonly environments: Sandbox;
  readonly notifier: Sandbox['notifier'];
  readonly changeRecords: Sandbox['changeRecords'];
  readonly store: PlanStore;
}

/** Opens the simulated company; a new one runs what the manifests at HEAD say, as if it had for a week. */
export async function openSandboxWorld(ground: SandboxGround): Promise<SandboxWorld> {
  const isNew = ground.file === undefined || !existsSync(ground.file);
  const sandbox = openSandbox({
    file: ground.file,
    config: ground.config,
    ...(ground.start === undefined ? {} : { start: ground.start }),
  });
  if (isNew) await settleOrLeave(sandbox, ground);
  // The services may have been written into relctl.yaml since it was made.
  else if (sandbox.isUntouched()) await settle(sandbox, ground);
  return {
    sandbox,
    clock: sandbox.clock,
    environments: sandbox,
    notifier: sandbox.notifier,
    changeRecords: sandbox.changeRecords,
    store: teachingStore(ground, sandbox),
  };
}

/** A world that could not be filled is no world: its state is taken away again, so that the next command begins anew. */
async function settleOrLeave(sandbox: Sandbox, ground: SandboxGround): Promise<void> {
  try {
    await settle(sandbox, ground);
  } catch (error) {
    if (ground.file !== undefined) rmSync(ground.file, { force: true });
    throw error;
  }
}

async function settle(sandbox: Sandbox, { config, repository, manifests }: SandboxGround): Promise<void> {
  const head = await repository.resolve('HEAD');
  for (const environment of ['staging', 'production'] as const) {
    const { objects, workloads } = await currentObjects(config, environment, manifests, head);
    sandbox.nameServices(environment, workloads);
    const { regions } = config.environments[environment];
    if (regions.length === 0) sandbox.seedCluster(environment, objects);
    for (const region of regions) sandbox.seedCluster(environment, objects, region.name);
  }
}

/** What is wrong with a source, and not with the machine that renders it. */
const RUNS_NOTHING: ReadonlySet<string> = new Set([
  'config.invalid',
  'manifests.failed',
  'manifests.unstable',
  'tool.missing',
]);

/** What the company runs: everything that its manifests render, but for what Helm would run by itself; and which of it each service is. */
async function currentObjects(
  config: Config,
  environment: EnvironmentName,
  manifests: ManifestSource,
  commit: string,
): Promise<{ readonly objects: readonly KubeObject[]; readonly workloads: ReadonlyMap<string, KubeObject> }> {
  const { namespace } = config.environments[environment];
  const rendered = await Promise.all(
    sourcesOf(config, environment).map(async ({ source, services, shared }) => ({
      services,
      shared,
      hooks: source.hooks,
      // A product without manifests there, or whose manifests cannot be rendered, runs nothing: it can be planned, and whoever
      // checks or stages the plan is told.
      rendered: await manifests.render(commit, { environment, namespace, source }).catch((error: unknown) => {
        if (error instanceof RelctlError && RUNS_NOTHING.has(error.code)) return [];
        throw error;
      }),
    })),
  );
  const answers = environmentObjects(rendered).services;
  return {
    objects: rendered.flatMap((one) => one.rendered).flatMap(({ object }) => (isHelmHook(object) ? [] : [object])),
    workloads: new Map([...answers].flatMap(([name, one]) => (one.ok ? [[name, one.workload] as const] : []))),
  };
}

/** A store whose plans the company gets to know: its traffic then carries the metrics that the plan asks for. */
function teachingStore({ store, tell }: Pick<SandboxGround, 'store' | 'tell'>, sandbox: Sandbox): PlanStore {
  const told = new Set<string>();
  return {
    ...store,
    async load(id) {
      const plan = await store.load(id);
      if (!told.has(id) && isOfAnother(plan, sandbox)) tell?.(newCompany(id));
      told.add(id);
      sandbox.teach(plan.spec);
      return plan;
    },
  };
}

/** Phases in which something of a release runs in the company that its history was made in. */
const RUNS_THERE: readonly Phase[] = [
  'staged',
  'ready',
  'canary',
  'rolling-out',
  'deployed',
  'verified',
  'hypercare',
  'validated',
  'frozen',
];

/** True where a history says that something was deployed, and nothing ever was in this company. */
function isOfAnother({ events }: ReleasePlan, sandbox: Sandbox): boolean {
  return !sandbox.hasDeployed() && RUNS_THERE.includes(phaseOf(events));
}

function newCompany(id: string): string {
  return `the simulated company of this folder is a new one, and ${id} was deployed in another: the folder was copied, or the company reset; what that runs is not here`;
}
