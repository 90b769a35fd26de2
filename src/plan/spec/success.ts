import * as z from 'zod';
import { name, person } from './terms.ts';

/** An entry of `spec.successMetrics`. */
export const successMetricSchema = z.strictObject({
  name,
  query: z
    .string()
    .min(1)
    .optional()
    .describe('PromQL that gives one number; without it the value is given by hand at the review'),
  direction: z.enum(['up', 'down']),
  baseline: z.number().optional(),
  target: z.number().describe('The value that counts as success'),
  guardrail: z.number().optional().describe('The value at which users are hurt'),
  owner: person,
});
