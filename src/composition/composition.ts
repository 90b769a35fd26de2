import { createRuns } from '../adapters/fs/runs.ts';
import { createUnsent } from '../adapters/fs/unsent.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { createInterruption } from '../adapters/terminal/interruption.ts';
import type { RunIdentity } from '../ports/runs.ts';
import { DOCUMENTS } from '../renderers/documents.ts';
import type { Context } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { actorOf } from './actor.ts';
import { ballotsOf, forgeOf } from './forges.ts';
import { gitopsGround } from './gitops.ts';
import { openGround, TEMPLATES } from './ground.ts';
import { signingOf } from './signing.ts';
import type { Surroundings } from './surroundings.ts';
import { realWorld, sandboxWorld } from './world.ts';

/** This folder alone imports adapters. Each part is made when it is asked for; what only some commands need is imported then. */

/** Everything that a use case needs, from relctl.yaml. Errors: `config.*`, `usage.unknown-actor`. */
export async function openContext(surroundings: Surroundings): Promise<Context> {
  const { cwd, env, sink } = surroundings;
  const { sharesRecords } = surroundings;
  const shares = sharesRecords === 'any' || (sharesRecords === 'real' && (await isReal(cwd)));
  const ground = await openGround(cwd, env, { records: shares ? 'shared' : 'known', sink });
  const { repository, workspace, records } = ground;
  const config = await loadConfig(workspace);
  const { createNamedPrograms, guardedManifests } = await import('./programs.ts');
  const programs = createNamedPrograms({ ...surroundings, config, root: repository.root, state: ground.state });
  const manifests = guardedManifests(ground.manifests, programs);
  const signing = signingOf(repository, surroundings.env);
  const { reviewedSettings } = await import('../usecases/binding/reviewed.ts');
  const reviewed = reviewedSettings({ signing, config, workspace, repository });
  const [runs, actor, world] = await Promise.all([
    createRuns(ground.state, handedOver(surroundings.env)),
    surroundings.actor ?? actorOf(repository),
    config.platform === 'sandbox'
      ? sandboxWorld({ ...ground, manifests }, config, { sink })
      : realWorld(ground, config, surroundings, { programs, reviewed }),
  ]);
  return {
    signing,
    ...(config.platform === 'sandbox' ? {} : { reviewed, unsent: createUnsent(ground.state) }),
    documents: DOCUMENTS,
    forge: forgeOf(repository, config, surroundings.env),
    ballots: ballotsOf(repository, config, surroundings.env),
    ...(await gitopsGround(ground, config, actor, reviewed)),
    repository,
    manifests,
    programs,
    workspace,
    config,
    prompter: surroundings.prompter,
    sink: surroundings.sink,
    interruption: createInterruption(),
    runs,
    actor,
    ...world,
    ...(records === undefined ? {} : { records }),
  };
}

/** Where a runner carries it on: its Job, who asked for it, and the login that the forge says started it. */
function handedOver({
  RELCTL_JOB: job,
  RELCTL_ASKED_BY: askedBy,
  RELCTL_ASKED_LOGIN: login,
}: Surroundings['env']): Partial<RunIdentity> {
  return { ...(job ? { job } : {}), ...(askedBy ? { askedBy } : {}), ...(login ? { login } : {}) };
}

/** What a simulated company records is nobody else's concern, unless its people made a branch for it. */
async function isReal(cwd: string): Promise<boolean> {
  const { root } = await openRepository(cwd);
  return (await loadConfig(createWorkspace(root, TEMPLATES))).platform !== 'sandbox';
}
