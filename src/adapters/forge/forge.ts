import { RelctlError } from '../../errors.ts';
import type { ForgeSettings } from '../../plan/forge.ts';
import type { Forge, ForgeAnswer } from '../../ports/forge.ts';
import { remoteOf } from '../git/remotes.ts';
import type { ForgeIo } from './command-line.ts';
import { giteaForge } from './gitea.ts';
import { type ForgeGround, giteaAccess } from './gitea-access.ts';
import { readGitHubRequest } from './github.ts';
import { readGitLabRequest } from './gitlab.ts';

type Reader = (io: ForgeIo, branch: string) => Promise<ForgeAnswer>;

/** The forge that relctl.yaml names, else the one that the remote tells. */
export function openForge(settings: ForgeSettings | undefined, ground: ForgeGround): Forge {
  return settings?.kind === 'gitea' ? giteaForge(giteaAccess(settings, ground)) : createForge(ground);
}

/**
 * The forge port through the command-line tools that people are logged in with, `gh` and `glab`: so relctl holds no token.
 * Which one is asked follows from the host of the remote that the others share; where the host tells nothing, the first that answers.
 */
export function createForge(io: ForgeIo): Forge {
  let chosen: Promise<readonly Reader[]> | undefined;
  return {
    request: async (branch) => {
      chosen ??= chooseReaders(io);
      const reasons: string[] = [];
      const readers = await chosen;
      if (readers.length === 0) return { available: false, reason: NOWHERE };
      for (const read of readers) {
        const answer = await read(io, branch);
        if (answer.available) return answer;
        reasons.push(answer.reason);
      }
      return { available: false, reason: reasons.join('; ') };
    },
  };
}

const NOWHERE = 'no remote that others share is at a forge';

async function chooseReaders(io: ForgeIo): Promise<readonly Reader[]> {
  if ((await remoteHost(io)) === undefined) return [];
  const kind = await forgeKind(io);
  if (kind === 'github') return [readGitHubRequest];
  if (kind === 'gitlab') return [readGitLabRequest];
  return [readGitHubRequest, readGitLabRequest];
}

/** Which forge the host of the remote is of, where its name tells. */
export async function forgeKind(io: ForgeIo): Promise<'github' | 'gitlab' | undefined> {
  const host = (await remoteHost(io)) ?? '';
  if (/(^|\.)github\./.test(host)) return 'github';
  return /(^|\.)gitlab\./.test(host) ? 'gitlab' : undefined;
}

/** Host of the remote that the others share, from a URL or from the short form `git@host:path`; `undefined` for a folder or when there is none. */
async function remoteHost(io: ForgeIo): Promise<string | undefined> {
  const read = async (args: readonly string[]): Promise<string> => {
    const { exitCode, stdout } = await io.exec('git', args, { timeout: io.timeout, cwd: io.cwd });
    return exitCode === 0 ? stdout : '';
  };
  try {
    const remote = await remoteOf({ read });
    return remote === undefined ? undefined : hostOf((await read(['remote', 'get-url', remote])).trim());
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}

function hostOf(remote: string): string | undefined {
  if (/^[a-z+]+:\/\//i.test(remote)) return URL.canParse(remote) ? new URL(remote).hostname || undefined : undefined;
  return /^(?:[^@/\s]+@)?([^:/\s]+):/.exec(remote)?.[1]?.toLowerCase();
}
