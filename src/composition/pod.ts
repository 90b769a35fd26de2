import { systemClock } from '../adapters/clock.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { cloneInPod, isPod, writePodKubeconfig } from '../adapters/runner/in-pod.ts';
import type { Pod } from '../commands/command.ts';
import type { Context } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { openContext } from './composition.ts';
import type { Surroundings } from './surroundings.ts';

/** Composition in the pod of a runner: a clone of its own, and the rights of its service account. */
export function openPod(surroundings: Surroundings, opened: (context: Context) => void): Pod {
  const { env, actor = 'relctl' } = surroundings;
  return {
    clock: systemClock,
    work: env.RELCTL_WORK,
    async enter(commit) {
      // A workflow of a forge has checked out what it was told, and brings its own kubeconfig.
      const cwd = isPod(env) ? await cloneInPod(env, commit, actor) : surroundings.cwd;
      if (isPod(env)) await writePodKubeconfig(env, await loadConfig(createWorkspace(cwd, '')));
      const context = await openContext({ ...surroundings, cwd, sharesRecords: 'real' });
      opened(context);
      return context;
    },
  };
}
