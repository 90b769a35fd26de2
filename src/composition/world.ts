import { join } from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import type { Config } from '../plan/config.ts';
import type { Context } from '../usecases/release/context.ts';
import { type Ground, TEMPLATES } from './ground.ts';
import type { Guards } from './real.ts';
import type { Surroundings } from './surroundings.ts';

/** What a platform decides. */
export type World = Pick<
  Context,
  'store' | 'clock' | 'environments' | 'notifier' | 'changeRecords' | 'incidents' | 'runners' | 'provenance'
>;

/** The world of `platform: kubernetes`: clusters, metrics, channels and systems as relctl.yaml names them. */
export async function realWorld(
  { repository, store }: Ground,
  config: Config,
  { env, sink }: Surroundings,
  guards: Guards,
): Promise<World> {
  const real = await import('./real.ts');
  const { createChangeRecords, createIncidents, createProvenance, createRealEnvironments, createHooks, createRunners } =
    real;
  const { root } = repository;
  return {
    store,
    clock: systemClock,
    environments: createRealEnvironments(config, root, env, createWorkspace(root, TEMPLATES), sink, guards),
    notifier: createHooks(config, root, env, guards),
    changeRecords: createChangeRecords(config, root, env, guards),
    incidents: createIncidents(config, root, env, guards),
    runners: createRunners(config, root, env, guards, repository.sharing.address),
    provenance: createProvenance(config, root, env),
  };
}

/** The world of `platform: sandbox`: a simulated company, kept in the state folder of the repository. */
export async function sandboxWorld(
  { repository, manifests, state, store }: Ground,
  config: Config,
  { sink }: Pick<Surroundings, 'sink'>,
): Promise<World> {
  const { openSandboxWorld } = await import('../adapters/sandbox/open.ts');
  const file = join(state, 'sandbox.json');
  const tell = (text: string) => sink.emit({ type: 'note', level: 'warning', text });
  const world = await openSandboxWorld({ file, config, repository, manifests, store, tell });
  const { clock, environments, notifier, changeRecords } = world;
  return { store: world.store, clock, environments, notifier, changeRecords };
}
