import * as z from 'zod';
import { canarySchema, sloSchema } from './spec/canary.ts';
import {
  candidateSchema,
  environmentVariableSchema,
  migrationSchema,
  rollbackSchema,
  securitySchema,
  serviceSchema,
} from './spec/change.ts';
import { ownersSchema, windowSchema } from './spec/people-and-time.ts';
import { alertSchema, resourceSchema } from './spec/readiness.ts';
import { successMetricSchema } from './spec/success.ts';
import { ID_PATTERN, text } from './spec/terms.ts';
import { smokeTestSchema, testPlanSchema } from './spec/tests.ts';

/**
 * The part of a Release Plan Document that people write and approve: schema and types. Its parts lie in `spec/`.
 *
 * Objects are strict: an unknown key is a mistake that would otherwise be approved without having any effect.
 */

/** The whole `spec`. */
export const specSchema = z.strictObject({
  window: windowSchema,
  owners: ownersSchema,
  candidate: candidateSchema,
  services: z.array(serviceSchema).min(1),
  environmentVariables: z.array(environmentVariableSchema).default([]),
  migrations: z.array(migrationSchema).default([]),
  rollback: rollbackSchema,
  resources: z.array(resourceSchema).default([]).describe('What Operations pre-provisions'),
  alerts: z.array(alertSchema).default([]).describe('New alerts; each must have fired in staging'),
  slos: z.array(sloSchema).min(1),
  canary: canarySchema.prefault({}),
  testPlan: testPlanSchema,
  smokeTests: z.array(smokeTestSchema).min(1),
  successMetrics: z.array(successMetricSchema).default([]),
  impact: z.strictObject({
    summary: text,
    users: z.string().min(1).max(10_000).optional(),
    findings: z.array(z.string().max(20_000)).default([]),
  }),
  security: securitySchema,
  risk: z.strictObject({ level: z.enum(['low', 'medium', 'high']), notes: z.string().max(20_000).default('') }),
});

/** Identity of a release: not approved again when only `status` grows, but part of the digest. */
export const metadataSchema = z.strictObject({
  id: z.string().regex(ID_PATTERN, 'lower-case letters, digits, dots and dashes, at most 63'),
  feature: text.describe('The feature, as it is named in notifications'),
  process: z.string().regex(/^[a-z0-9-]+@\d+\.\d+$/, 'name@version of a process policy, such as standard@3.0'),
});

/** What people wrote and approve. */
export type Spec = z.infer<typeof specSchema>;
/** Identity of a release. */
export type Metadata = z.infer<typeof metadataSchema>;
/** One SLO of the plan. */
export type Slo = Spec['slos'][number];
/** One service of the plan. */
export type ReleaseService = Spec['services'][number];
/** One migration of the plan. */
export type Migration = Spec['migrations'][number];
/** One smoke test of the plan. */
export type SmokeTest = Spec['smokeTests'][number];
