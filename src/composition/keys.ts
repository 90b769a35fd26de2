import type { StateEnvironment } from '../adapters/fs/state-folder.ts';
import type { KeysGround } from '../usecases/keys.ts';
import { actorOf } from './actor.ts';
import { openGround } from './ground.ts';

/** What sets people up to sign. Errors: `repo.not-git`, `usage.unknown-actor`. */
export async function openKeys(
  { cwd, env }: { readonly cwd: string; readonly env: StateEnvironment },
  actor: string | undefined,
): Promise<KeysGround> {
  const { repository, workspace, signing, clock } = await openGround(cwd, env);
  const [{ signer }, { createKeyRing }] = await Promise.all([signing(), import('../adapters/ssh/key-ring.ts')]);
  return {
    workspace,
    signer,
    clock,
    keyRing: createKeyRing(repository.root, env, signer),
    remote: await repository.sharing.remote(),
    actor: actor ?? (await actorOf(repository)),
  };
}
