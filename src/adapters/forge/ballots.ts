import { RelctlError } from '../../errors.ts';
import { asEndpoint } from '../../plan/endpoint.ts';
import { type ForgeSettings, forgeWord } from '../../plan/forge.ts';
import type { Ballots } from '../../ports/forge.ts';
import { createEndpointFetch } from '../http/login.ts';
import type { ForgeIo } from './command-line.ts';
import { forgeKind } from './forge.ts';
import { giteaBallots } from './papers/gitea.ts';
import { gitHubBallots } from './papers/github.ts';
import { gitLabBallots } from './papers/gitlab.ts';

/** What the ballots of a forge are reached through. */
export interface BallotGround extends ForgeIo {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The ballots of the forge that relctl.yaml names, else of the one that the remote tells.
 * @throws RelctlError `config.invalid` where neither says which it is
 */
export async function openBallots(settings: ForgeSettings | undefined, ground: BallotGround): Promise<Ballots> {
  if (settings?.kind === 'gitea') {
    const endpoint = asEndpoint(settings.api);
    const { env, cwd, exec, timeout } = ground;
    const send = createEndpointFetch(endpoint, { env, cwd, exec });
    const ballots = giteaBallots({ url: endpoint.url, repository: settings.repository, fetch: send, timeout, env });
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
