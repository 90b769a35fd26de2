import * as z from 'zod';
import { durationSchema, keepOutput, name, text } from './terms.ts';

/** `spec.testPlan`. */
export const testPlanSchema = z.strictObject({
  regression: z.strictObject({
    mandatorySuites: z
      .array(z.string().min(1).max(10_000))
      .default([])
      .describe('Suites that must be present and green'),
  }),
  feature: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, dots, dashes and underscores'),
        title: text,
        needsEvidence: z
          .boolean()
          .optional()
          .describe('True when the case passes only with a link or a file that shows it'),
      }),
    )
    .min(1),
});

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'a header name');
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');

const httpCheckSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['GET', 'HEAD', 'POST']).optional().describe('GET when left out'),
  body: z.string().max(100_000).optional().describe('What is sent with POST'),
  headers: z
    .record(headerName, z.string().max(10_000))
    .optional()
    .describe('Headers as they are sent; what is secret belongs to secretHeaders'),
  secretHeaders: z
    .record(headerName, variableName)
    .optional()
    .describe('Headers whose value is in an environment variable of the person who verifies: header: VARIABLE'),
  status: z.number().int().min(100).max(599).default(200),
  contains: z.string().min(1).max(10_000).optional(),
  json: z
    .array(
      z.strictObject({
        pointer: z
          .string()
          .regex(/^(\/([^~/]|~[01])*)*$/, 'a JSON pointer such as /status/0/ready')
          .describe('RFC 6901'),
        equals: z
          .union([z.string().max(10_000), z.number(), z.boolean(), z.null()])
          .optional()
          .describe('The value; when left out, that there is one is enough'),
      }),
    )
    .optional()
    .describe('What the JSON body must hold'),
  maxLatencyMs: z.int().positive().optional().describe('Milliseconds to the last byte'),
  tlsDays: z.int().positive().optional().describe('Days that the certificate must still be valid'),
});

const jobCheckSchema = z
  .strictObject({
    image: z.string().min(1).max(10_000),
    command: z.array(z.string().min(1).max(10_000)).min(1),
  })
  .describe('Runs once in the production namespace, under its lock; must succeed');

/** An entry of `spec.smokeTests`. */
export const smokeTestSchema = z
  .strictObject({
    name,
    http: httpCheckSchema.optional(),
    command: z.array(z.string().min(1).max(10_000)).min(1).optional().describe('Argument list; exit 0 is a pass'),
    job: jobCheckSchema.optional(),
    manual: text.optional().describe('What a person looks at'),
    timeout: durationSchema.default('10s').describe('How long one try may take'),
    retries: z.int().min(0).max(10).optional().describe('How often a failed check is tried again; never when left out'),
    backoff: durationSchema
      .optional()
      .describe('Wait before the first repetition, 2s when left out; doubled before each further one'),
    keepOutput,
    after: z.array(name).optional().describe('Smoke tests further up that must have passed before this one begins'),
  })
  .refine((t) => [t.http, t.command, t.job, t.manual].filter((x) => x !== undefined).length === 1, {
    message: 'a smoke test is exactly one of http, command, job, manual',
  })
  .refine((t) => t.http === undefined || t.http.method === 'POST' || t.http.body === undefined, {
    message: 'only POST sends a body',
    path: ['http', 'body'],
  });
