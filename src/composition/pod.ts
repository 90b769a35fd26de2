import { systemClock } from '../adapters/clock.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { cloneInPod, writePodKubeconfig } from '../adapters/runner/in-pod.ts';
import type { Pod } from '../commands/command.ts';
import { readWork } from '../domain/runner/work-text.ts';
import type { Context } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { openContext, type Surroundings } from './composition.ts';

/** Composition in the pod of a runner: a clone of its own, and the rights of its service account. */
export function openPod(surroundings: Surroundings, opened: (context: Context) => void): Pod {
  const { env, actor = 'relctl' } = surroundings;
  const work = readWork(env.RELCTL_WORK);
  return {
    clock: systemClock,
    async enter() {
      const cwd = await cloneInPod(env, work.commit, actor);
      await writePodKubeconfig(env, await loadConfig(createWorkspace(cwd, '')));
      const context = await openContext({ ...surroundings, cwd, sharesRecords: 'real' });
      opened(context);
      return { context, work };
    },
  };
}
