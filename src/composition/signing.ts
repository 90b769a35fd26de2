import type { CandidateRepository } from '../ports/repository.ts';
import type { Context, SigningGround } from '../usecases/release/context.ts';
import type { Environment } from './surroundings.ts';

/** What proves approvals, made when it is first asked for. */
export function signingOf(repository: CandidateRepository, env: Environment): Context['signing'] {
  let opened: Promise<SigningGround> | undefined;
  return () => {
    opened ??= openSigningGround(repository, env);
    return opened;
  };
}

async function openSigningGround(repository: CandidateRepository, env: Environment): Promise<SigningGround> {
  const [{ createProtectedBranch }, { createSshSigner }, { findSigningKey }] = await Promise.all([
    import('../adapters/git/protected-branch.ts'),
    import('../adapters/ssh/signer.ts'),
    import('../adapters/ssh/key.ts'),
  ]);
  return {
    repository,
    protectedBranch: createProtectedBranch(repository.root, env),
    signer: createSshSigner(() => findSigningKey(repository.root, env)),
  };
}
