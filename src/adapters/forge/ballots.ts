import { RelctlError } from '../../errors.ts';
import { type ForgeSettings, forgeWord } from '../../plan/forge.ts';
import type { Ballots } from '../../ports/forge.ts';
import { forgeKind } from './forge.ts';
import { type ForgeGround, giteaAccess } from './gitea-access.ts';
import { giteaBallots } from './papers/gitea.ts';
import { gitHubBallots } from './papers/github.ts';
import { gitLabBallots } from './papers/gitlab.ts';

/**
 * The ballots of the forge that relctl.yaml names, else of the one that the remote tells.
 * @throws RelctlError `config.invalid` where neither says which it is
 */
export async function openBallots(settings: ForgeSettings | undefined, ground: ForgeGround): Promise<Ballots> {
  if (settings?.kind === 'gitea') {
    const ballots = giteaBallots(giteaAccess(settings, ground));
    return { ...ballots, endpoint: async () => forgeWord(settings) };
  }
  const kind = settings?.kind ?? (await forgeKind(ground));
  if (kind === 'github') return { ...gitHubBallots(ground), endpoint: async () => kind };
  if (kind === 'gitlab') return { ...gitLabBallots(ground), endpoint: async () => kind };
  throw new RelctlError('config.invalid', 'nothing says on which forge the merge requests of this repository are', {
    place: { file: 'relctl.yaml' },
    why: 'Votes are read from the request that carries the plan.',
    hints: ['forge: { kind: github } or { kind: gitlab } or { kind: gitea, api: <url>, repository: <owner/name> }'],
  });
}
