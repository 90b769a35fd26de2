import { join } from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import { createReadingStore } from '../adapters/fs/reading-store.ts';
import { findKeptState } from '../adapters/fs/refuse-kept-state.ts';
import { createRemembered } from '../adapters/fs/remembered.ts';
import { createRuns } from '../adapters/fs/runs.ts';
import { stateFolder } from '../adapters/fs/state-folder.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { plainIdentity } from '../adapters/git/plain-identity.ts';
import { hasRemote, plainWorkTree } from '../adapters/git/work-tree.ts';
import { sandboxTime } from '../adapters/sandbox/time.ts';
import { DOCUMENTS } from '../renderers/documents.ts';
import type { ReadingContext } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { branchAskedOnce } from '../usecases/signing/asked-once.ts';
import type { Surroundings } from './surroundings.ts';

declare const RELCTL_BUILD: string | undefined;

/**
 * Composition for commands that only read a release. Nobody has to be known, no program is started and no world is opened; and
 * what was made of a file before is taken from memory. What acts never comes by here: it reads and checks everything anew.
 * Errors: `repo.not-git`, `config.*`.
 */
export async function openReading(surroundings: Surroundings): Promise<ReadingContext> {
  const root = await plainWorkTree(surroundings.cwd, surroundings.env);
  // Whether git knows a `.relctl` of the repository, only git can say.
  // So only git can say who else has records of these releases.
  if (root === undefined || (await findKeptState(root)) !== 'none' || (await hasRemote(root))) {
    return openWhole(surroundings);
  }
  const state = await stateFolder(root, surroundings.env);
  const remembered = createRemembered(
    join(state, 'cache'),
    typeof RELCTL_BUILD === 'undefined' ? undefined : RELCTL_BUILD,
  );
  const workspace = { ...createWorkspace(root, '', surroundings.cwd), remembered };
  const config = await loadConfig(workspace);
  const simulated = config.platform === 'sandbox';
  const now = simulated ? await sandboxTime(join(state, 'sandbox.json')) : undefined;
  if (simulated && now === undefined) return openWhole(surroundings);
  return {
    workspace,
    config,
    store: createReadingStore({ root, releases: 'releases', remembered }, async () => {
      const { openGround } = await import('./ground.ts');
      return (await openGround(root, surroundings.env)).store;
    }),
    signing: onceSigning(async () =>
      (await (await import('./ground.ts')).openGround(root, surroundings.env)).signing(),
    ),
    looksOnly: true,
    documents: DOCUMENTS,
    sink: surroundings.sink,
    runs: await createRuns(state),
    actor: surroundings.actor ?? 'relctl',
    clock: now === undefined ? systemClock : { now: () => now, sleep: async () => undefined },
    environments: { simulated },
  };
}

/** Who reads, as far as that is known without asking git; of an answer, what others do is told apart by it. */
export async function readerOf({ cwd, env, actor }: Surroundings): Promise<string | undefined> {
  if (actor !== undefined) return actor;
  const root = await plainWorkTree(cwd, env);
  return root === undefined ? undefined : plainIdentity(root, env);
}

/** The slow way, for what is not an ordinary work tree and for a simulated company that does not exist yet. */
async function openWhole(surroundings: Surroundings): Promise<ReadingContext> {
  const { openContext } = await import('./composition.ts');
  const context = await openContext({ ...surroundings, actor: surroundings.actor ?? 'relctl' });
  return { ...context, signing: onceSigning(context.signing), looksOnly: true };
}

/** Rules as they stood when they were first asked for: a page about a thousand releases asks git once. */
function onceSigning(signing: ReadingContext['signing']): ReadingContext['signing'] {
  let opened: ReturnType<ReadingContext['signing']> | undefined;
  const open = async () => {
    const ground = await signing();
    return { ...ground, protectedBranch: branchAskedOnce(ground.protectedBranch) };
  };
  return () => {
    opened ??= open();
    return opened;
  };
}
