import * as z from 'zod';
import { durationSchema } from './spec/terms.ts';

/** `rollout: gitops` of relctl.yaml: production is brought to a release by a commit that another program applies. */

const kubeName = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?';

export const gitopsSchema = z
  .strictObject({
    repository: z
      .string()
      .regex(/^(?!-)(?!.*::)\S+$/, 'a URL or folder that git clones')
      .describe('The repository that the reconciler reads, as git clones it'),
    branch: z
      .string()
      .regex(/^(?![-/])(?!.*(\.\.|@\{|\/\/))[^\s~^:?*[\\]+$/, 'the name of a branch')
      .default('main'),
    path: z
      .string()
      .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a folder inside the repository')
      .describe('The folder in it that the reconciler applies, such as apps/shop/production'),
    via: z
      .enum(['push', 'merge-request'])
      .default('push')
      .describe('push: commits go to the branch; merge-request: people merge them, through gh or glab'),
    application: z
      .string()
      .regex(new RegExp(`^[A-Z][A-Za-z]*/${kubeName}/${kubeName}$`), 'Kustomization/flux-system/shop')
      .describe(
        'What applies it: Kustomization/<namespace>/<name> of Flux, Application/<namespace>/<name> of Argo CD, or a kind that was added to the registry',
      ),
    timeout: durationSchema
      .default('15m')
      .describe('How long the reconciler may take to apply a commit: its interval and what it applies'),
  })
  .describe('Where the commits of `rollout: gitops` go, and what applies them');

/** Where the commits of a rollout go, and what applies them. */
export type GitOpsSettings = z.infer<typeof gitopsSchema>;

/** How production gets to a release. */
export const rolloutSchema = z
  .enum(['direct', 'gitops'])
  .describe(
    'direct, when left out: relctl writes to the cluster; gitops: relctl runs its canary there and commits the images to the repository that Flux or Argo CD reads',
  );
