import * as z from 'zod';
import { asEndpoint, endpointSchema } from './endpoint.ts';

/** Where merge requests are: `forge` of relctl.yaml. GitHub and GitLab are found by the remote and asked through `gh` and `glab`. */
export const forgeSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('github') }),
    z.strictObject({ kind: z.literal('gitlab') }),
    z.strictObject({
      kind: z.literal('gitea'),
      api: endpointSchema.describe('The forge, such as https://git.example.com; Forgejo has the same API'),
      repository: z.string().regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, 'owner/name'),
    }),
  ])
  .describe('Where merge requests are; by the remote (origin, or the only one) when left out');

/** The forge of a configuration. */
export type ForgeSettings = z.infer<typeof forgeSchema>;

/** Which forge is asked, in a word: what a vote is bound to. Of GitHub and GitLab the remote of the clone says the address. */
export function forgeWord(settings: ForgeSettings): string {
  return settings.kind === 'gitea' ? `gitea ${asEndpoint(settings.api).url} ${settings.repository}` : settings.kind;
}

/** True where votes of this forge are those that the settings mean; without settings the remote says which of the two it is. */
export function isForge(settings: ForgeSettings | undefined, word: string): boolean {
  return settings === undefined ? word === 'github' || word === 'gitlab' : word === forgeWord(settings);
}
