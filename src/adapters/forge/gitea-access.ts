import { asEndpoint } from '../../plan/endpoint.ts';
import type { ForgeSettings } from '../../plan/forge.ts';
import { createEndpointFetch } from '../http/login.ts';
import type { ForgeIo } from './command-line.ts';
import type { GiteaAccess } from './gitea-api.ts';

/** What a forge is reached through. */
export interface ForgeGround extends ForgeIo {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How the Gitea of a configuration is reached, with its login. */
export function giteaAccess(
  { api, repository }: Extract<ForgeSettings, { readonly kind: 'gitea' }>,
  { env, cwd, exec, timeout }: ForgeGround,
): GiteaAccess {
  const endpoint = asEndpoint(api);
  return { url: endpoint.url, repository, fetch: createEndpointFetch(endpoint, { env, cwd, exec }), timeout, env };
}
