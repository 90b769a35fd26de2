import * as z from 'zod';
import { durationSchema, name, person } from './terms.ts';

const inside = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a path inside the repository');

/** Where the value of a success metric comes from. */
const successSourceSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('prometheus'),
      query: z.string().min(1).max(10_000).describe('PromQL that gives one number; it is asked at the end of each day'),
    }),
    z.strictObject({
      kind: z.literal('sql'),
      connectionFrom: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, never the connection itself')
        .describe('Environment variable that holds the URL of a PostgreSQL database'),
      query: z
        .string()
        .min(1)
        .describe('One SELECT that gives one number; $1 and $2 are the beginning and the end of the day'),
      timeout: durationSchema.default('10s').describe('How long the statement may take'),
    }),
    z.strictObject({
      kind: z.literal('http'),
      url: z
        .string()
        .regex(/^https?:\/\/[^\s@]+$/, 'an http or https URL without a user name; {from}, {to} and {day} are filled in')
        .describe('Answers in JSON; {from} and {to} are the edges of the day (RFC 3339), {day} is its date'),
      pointer: z
        .string()
        .regex(/^(\/([^~]|~[01])*)?$/, 'a JSON Pointer such as /data/0/value')
        .describe('Where the number stands (RFC 6901)'),
      tokenFrom: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, never the token itself')
        .optional()
        .describe('Environment variable that holds a bearer token'),
      timeout: durationSchema.default('10s'),
    }),
    z.strictObject({
      kind: z.literal('csv'),
      file: inside.describe('In the repository, with a header; one row a day'),
      column: z.string().min(1).max(10_000).describe('Header of the column with the value'),
      dayColumn: z
        .string()
        .min(1)
        .max(10_000)
        .default('date')
        .describe('Header of the column with the date, YYYY-MM-DD'),
      separator: z.enum([',', ';', '\t']).default(','),
    }),
    z.strictObject({ kind: z.literal('hand') }),
  ])
  .describe('Where the value comes from; by hand when neither this nor query is given');

/** An entry of `spec.successMetrics`. */
export const successMetricSchema = z
  .strictObject({
    name,
    query: z
      .string()
      .min(1)
      .max(10_000)
      .optional()
      .describe('PromQL that gives one number; short for a source of kind prometheus'),
    source: successSourceSchema.optional(),
    direction: z.enum(['up', 'down']),
    baseline: z.number().optional(),
    target: z.number().describe('The value that counts as success'),
    guardrail: z.number().optional().describe('The value at which users are hurt'),
    owner: person,
  })
  .refine((metric) => metric.query === undefined || metric.source === undefined, {
    message: 'a metric with one source: query or source, not both',
    path: ['source'],
  });
