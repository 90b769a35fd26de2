import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateEnvironment } from '../adapters/fs/state-folder.ts';
import { RelctlError } from '../errors.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { withoutGitops } from '../plan/rollout.ts';
import type { NamedPrograms } from '../ports/named-programs.ts';
import type { RehearsalStage } from '../ports/people.ts';
import type { SandboxControl } from '../ports/sandbox-control.ts';
import { DOCUMENTS } from '../renderers/documents.ts';
import type { Context } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { openGround } from './ground.ts';
import { signingOf } from './signing.ts';

/**
 * The controls of the simulated company of a repository; it is opened when something is asked of it, so that a broken one can
 * be reset. Errors: `config.invalid` where the platform is the real one, `sandbox.state`.
 */
export async function openSandboxControl(cwd: string, env: StateEnvironment): Promise<SandboxControl> {
  const { repository, manifests, state, workspace, store } = await openGround(cwd, env);
  const config = await loadConfig(workspace);
  if (config.platform !== 'sandbox') throw notASandbox();
  const file = join(state, 'sandbox.json');
  return {
    timeZone: config.timeZone,
    services: Object.keys(config.services),
    async open() {
      const { openSandboxWorld } = await import('../adapters/sandbox/open.ts');
      const { sandbox } = await openSandboxWorld({ file, config, repository, manifests, store });
      return {
        now: () => sandbox.clock.now(),
        advanceTo: (at) => sandbox.clock.advanceTo(at),
        faults: () =>
          sandbox.faults.list().map(({ name, about, on, scope }) => ({ name, description: about, on, scope })),
        setFault: (name, on, service) => sandbox.faults.set(name, on, service === undefined ? {} : { service }),
        outbox: () => sandbox.outbox(),
      };
    },
    reset: () => rm(file, { force: true }),
  };
}

/** A stage on which a plan is rehearsed, away from the repository's own sandbox. Errors: `config.*`. */
export async function openRehearsal(
  { cwd, env }: { readonly cwd: string; readonly env: StateEnvironment },
  plan: ReleasePlan,
  programs: NamedPrograms | undefined,
): Promise<RehearsalStage<Context>> {
  const { repository, manifests: all, workspace } = await openGround(cwd, env);
  const { guardedManifests } = await import('./programs.ts');
  const manifests = programs === undefined ? all : guardedManifests(all, programs);
  const config = withoutGitops(await loadConfig(workspace));
  const { stageRehearsal } = await import('../adapters/sandbox/rehearsal.ts');
  const stage = await stageRehearsal({ config, repository, manifests, workspace, plan });
  const signing = signingOf(repository, env);
  return { ...stage, contextAs: (person) => ({ ...stage.contextAs(person), signing, documents: DOCUMENTS }) };
}

function notASandbox(): RelctlError {
  return new RelctlError('config.invalid', 'this repository does not work in the sandbox', {
    place: { file: 'relctl.yaml' },
    why: 'Only a simulated company has a clock that can be moved and faults that can be switched on.',
    hints: ['set platform: sandbox in relctl.yaml, to practise', 'a real plan is rehearsed with: relctl rehearse <id>'],
  });
}
