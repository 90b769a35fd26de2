import * as z from 'zod';
import { durationSchema, keepOutput, kubeName, text } from './terms.ts';

const argv = z.array(z.string().min(1).max(10_000)).min(1);

/** An entry of `spec.resources`. */
export const resourceSchema = z
  .strictObject({
    name: text,
    environment: z.enum(['staging', 'production']).default('staging'),
    object: z
      .strictObject({
        apiVersion: z.string().min(1).max(10_000),
        kind: z.string().min(1).max(10_000),
        name: z.string().min(1).max(10_000),
        condition: z.string().min(1).max(10_000).optional(),
      })
      .optional()
      .describe('A Kubernetes object that must exist, and a condition that must be True'),
    command: argv.optional().describe('A command that must exit 0'),
    http: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        status: z.int().min(100).max(599).default(200),
      })
      .optional()
      .describe('A URL that must answer with this status'),
    tcp: z
      .strictObject({
        host: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, 'a host name or address'),
        port: z.int().min(1).max(65_535),
      })
      .optional()
      .describe('A port that must take connections'),
    timeout: durationSchema.optional().describe('How long a look may take; 60s when left out'),
    keepOutput,
  })
  .refine((r) => [r.object, r.command, r.http, r.tcp].filter((x) => x !== undefined).length <= 1, {
    message: 'a resource is looked at in one way: object, command, http or tcp',
  });

/** An entry of `spec.alerts`. */
export const alertSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_:.-]*$/, 'an alert name')
    .describe('alertname of the rule'),
  severity: z.string().min(1).max(10_000).default('warning'),
  service: kubeName.optional(),
  drill: argv
    .optional()
    .describe('A command that makes the alert fire in staging; `relctl signoff ops --drill <name>` runs it'),
  keepOutput,
});
