import * as z from 'zod';
import { commit, keepOutput, kubeName, percentSchema, person, ref, strategyName, text } from './terms.ts';

/** `spec.candidate`. */
export const candidateSchema = z
  .strictObject({
    base: ref.describe('What production runs now'),
    commit: commit.describe('The exact commit that is staged and deployed; manifests are read from it'),
    branches: z
      .array(
        z.strictObject({
          name: ref,
          head: commit,
          approvedBy: z.array(z.string().min(1).max(10_000)).default([]),
          request: z.string().min(1).max(10_000).optional().describe('Merge or pull request'),
        }),
      )
      .default([])
      .describe('The approved feature branches that the Product Manager selected'),
  })
  .describe('The release candidate');

/** `canary` of a service: what is another than that of the release. */
const serviceCanarySchema = z.strictObject({
  strategy: strategyName
    .optional()
    .describe(
      'How this service meets production first; as spec.canary says when left out. Beside those of a release: partition (the highest pods of a StatefulSet), nodes (some pods of a DaemonSet), worker (one pod that takes work and no requests), none (rolled out last)',
    ),
  share: percentSchema.optional().describe('Its share; that of spec.canary when left out'),
  stablePods: z
    .int()
    .min(2)
    .max(10_000)
    .optional()
    .describe(
      'Stable pods while the canary is watched, where there are fewer: so that one canary pod is no more than its share',
    ),
  reason: text.optional().describe('Why it has no canary, for the CAB'),
});

/** An entry of `spec.services`. */
export const serviceSchema = z.strictObject({
  name: kubeName.describe('A service of relctl.yaml'),
  image: z
    .string()
    .regex(
      /^(?:[a-zA-Z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?|TO BE WRITTEN: .*)$/,
      'an image reference such as registry.example.com/shop/web:4.2.0',
    )
    .describe('The image to ship'),
  change: text.describe('What changes, in one line'),
  canary: serviceCanarySchema.optional().describe('Where its canary is another than that of the release'),
});

/** An entry of `spec.environmentVariables`. */
export const environmentVariableSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable name'),
  services: z.array(kubeName).min(1),
  secret: z.boolean().default(false),
  source: z
    .string()
    .min(1)
    .optional()
    .describe('Where the value comes from: a ConfigMap, a Secret, a vault path. Never the value itself'),
  setIn: z.array(z.enum(['staging', 'production'])).default([]),
});

/** An entry of `spec.migrations`. */
export const migrationSchema = z
  .strictObject({
    id: kubeName,
    service: kubeName,
    when: z.enum(['before-canary', 'after-rollout']).default('before-canary').describe('Place in the deployment'),
    image: z.string().min(1).max(10_000).optional().describe('Image of the Job; the service image when left out'),
    up: z.array(z.string().min(1).max(10_000)).min(1).describe('Command of the Job, as an argument list'),
    reversible: z.boolean(),
    down: z
      .array(z.string().min(1).max(10_000))
      .min(1)
      .optional()
      .describe('Command that undoes it, as an argument list'),
    pointOfNoReturn: z.boolean().default(false).describe('Once done, rolling back is refused and a person is paged'),
    covers: z
      .array(kubeName)
      .min(2)
      .optional()
      .describe('The migrations that its one command runs, in their order, where it runs several'),
    compatibility: text
      .optional()
      .describe('Whether the version that runs now can work with it, where relctl could not tell'),
    keepOutput,
  })
  .refine((m) => !m.reversible || m.down !== undefined, {
    message: 'a reversible migration needs its down command',
    path: ['down'],
  });

/** `spec.rollback`. */
export const rollbackSchema = z.strictObject({
  owner: person,
  triggers: z.array(text).min(1).describe('What makes us roll back'),
  steps: z.array(text).min(1).describe('What a person does, in order, beside `relctl rollback`'),
  expectedMinutes: z.number().int().positive().max(1440),
});

/** `spec.security`. */
export const securitySchema = z.strictObject({
  review: z.enum(['done', 'not-needed', 'pending']),
  reviewer: person.optional(),
  reference: z.string().min(1).max(10_000).optional(),
  notes: text.optional(),
});
