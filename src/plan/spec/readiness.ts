import * as z from 'zod';
import { kubeName, text } from './terms.ts';

/** An entry of `spec.resources`. */
export const resourceSchema = z.strictObject({
  name: text,
  environment: z.enum(['staging', 'production']).default('staging'),
  object: z
    .strictObject({
      apiVersion: z.string().min(1),
      kind: z.string().min(1),
      name: z.string().min(1),
      condition: z.string().min(1).optional(),
    })
    .optional()
    .describe('A Kubernetes object that must exist, and a condition that must be True'),
  command: z.array(z.string().min(1)).min(1).optional().describe('A command that must exit 0'),
});

/** An entry of `spec.alerts`. */
export const alertSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_:.-]*$/, 'an alert name')
    .describe('alertname of the rule'),
  severity: z.string().min(1).default('warning'),
  service: kubeName.optional(),
});
