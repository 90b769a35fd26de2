import * as z from 'zod';
import { durationSchema, name, text } from './terms.ts';

/** `spec.testPlan`. */
export const testPlanSchema = z.strictObject({
  regression: z.strictObject({
    mandatorySuites: z.array(z.string().min(1)).default([]).describe('Suites that must be present and green'),
  }),
  feature: z.array(z.strictObject({ id: z.string().regex(/^[A-Za-z0-9._-]+$/), title: text })).min(1),
});

/** An entry of `spec.smokeTests`. */
export const smokeTestSchema = z
  .strictObject({
    name,
    http: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        status: z.number().int().min(100).max(599).default(200),
        contains: z.string().min(1).optional(),
      })
      .optional(),
    command: z.array(z.string().min(1)).min(1).optional().describe('Argument list; exit 0 is a pass'),
    manual: text.optional().describe('What a person looks at'),
    timeout: durationSchema.default('10s'),
  })
  .refine((t) => [t.http, t.command, t.manual].filter((x) => x !== undefined).length === 1, {
    message: 'a smoke test is exactly one of http, command, manual',
  });
