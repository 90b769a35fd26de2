import { existsSync } from 'node:fs';
import { readKubernetesObjects } from '../../evidence/kubernetes-objects.ts';
import type { Config, EnvironmentName } from '../../plan/config.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import type { Repository } from '../../ports/repository.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** Where the simulated company lives, and what it is made from. */
export interface SandboxGround {
  /** Absolute path of its state; in memory when `undefined`. */
  readonly file: string | undefined;
  readonly config: Config;
  readonly repository: Pick<Repository, 'resolve' | 'filesAt' | 'fileAt'>;
  readonly store: PlanStore;
  /** When a new world begins, milliseconds since the epoch. */
  readonly start?: number;
}

/** The simulated company as use cases see it: every port, and a store that teaches it each plan that is read. */
export interface SandboxWorld {
  readonly sandbox: Sandbox;
  readonly clock: Sandbox['clock'];
  readonly environments: Sandbox;
  readonly notifier: Sandbox['notifier'];
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
  if (isNew) await settle(sandbox, ground);
  return {
    sandbox,
    clock: sandbox.clock,
    environments: sandbox,
    notifier: sandbox.notifier,
    store: teachingStore(ground.store, sandbox),
  };
}

async function settle(sandbox: Sandbox, { config, repository }: SandboxGround): Promise<void> {
  const head = await repository.resolve('HEAD');
  const files = await repository.filesAt(head);
  for (const environment of ['staging', 'production'] as const) {
    const objects = await currentObjects(config, environment, repository, head, files);
    const { regions } = config.environments[environment];
    if (regions.length === 0) sandbox.seedCluster(environment, objects);
    for (const region of regions) sandbox.seedCluster(environment, objects, region.name);
  }
}

async function currentObjects(
  config: Config,
  environment: EnvironmentName,
  repository: SandboxGround['repository'],
  commit: string,
  files: readonly string[],
): Promise<readonly KubeObject[]> {
  const paths = Object.values(config.services).flatMap((service) => service.manifests[environment]);
  const wanted = files.filter((file) =>
    paths.some((path) => file === path || (file.startsWith(`${path}/`) && /\.(ya?ml|json)$/.test(file))),
  );
  const texts = await Promise.all(
    wanted.map(async (file) => [file, (await repository.fileAt(commit, file)) ?? ''] as const),
  );
  return texts.flatMap(([file, text]) => readKubernetesObjects(text, file));
}

/** A store whose plans the company gets to know: its traffic then carries the metrics that the plan asks for. */
function teachingStore(store: PlanStore, sandbox: Sandbox): PlanStore {
  return {
    ...store,
    async load(id) {
      const plan = await store.load(id);
      sandbox.teach(plan.spec);
      return plan;
    },
  };
}
