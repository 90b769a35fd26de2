import { RelctlError } from '../errors.ts';
import type { Config } from '../plan/config.ts';
import type { Ballots, Forge } from '../ports/forge.ts';
import type { CandidateRepository } from '../ports/repository.ts';
import { votingForge } from '../usecases/signing/trust.ts';
import { signingOf } from './signing.ts';
import type { Environment } from './surroundings.ts';

/** How long one answer of GitHub or GitLab may take. */
export const FORGE_TIMEOUT_MS = 15_000;

/** Where branches are reviewed; asked only when branches are chosen. What says which forge that is does not read: then nothing is known of it. */
export function forgeOf(repository: CandidateRepository, config: Config, env: Environment): Forge {
  const open = once(async () => {
    const [{ openForge }, { settings, io }] = await Promise.all([
      import('../adapters/forge/forge.ts'),
      forgeGround(repository, config, env),
    ]);
    return openForge(settings, io);
  });
  return {
    async request(branch) {
      try {
        return await (await open()).request(branch);
      } catch (error) {
        if (error instanceof RelctlError) return { available: false, reason: error.message };
        throw error;
      }
    },
  };
}

/** Where people vote without a terminal; asked only when votes are collected. */
export function ballotsOf(repository: CandidateRepository, config: Config, env: Environment): Ballots {
  const open = once(async () => {
    const [{ openBallots }, { settings, io }] = await Promise.all([
      import('../adapters/forge/ballots.ts'),
      forgeGround(repository, config, env),
    ]);
    return openBallots(settings, io);
  });
  return {
    endpoint: async () => (await open()).endpoint(),
    papers: async (branch, since) => (await open()).papers(branch, since),
    post: async (branch, mark, text) => (await open()).post(branch, mark, text),
  };
}

/** The forge that the protected branch names, and how it is asked. */
async function forgeGround(repository: CandidateRepository, config: Config, env: Environment) {
  const [{ exec }, { protectedBranch }] = await Promise.all([
    import('../adapters/exec.ts'),
    signingOf(repository, env)(),
  ]);
  return {
    settings: await votingForge(protectedBranch, config.forge),
    io: { cwd: repository.root, exec, timeout: FORGE_TIMEOUT_MS, env },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
