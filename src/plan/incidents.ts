import * as z from 'zod';
import { endpointWithLogin } from './endpoint.ts';
import { durationSchema } from './spec/terms.ts';

/** Where incidents are: `incidents` of relctl.yaml. */
export const incidentsSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('command'),
      command: z.array(z.string().min(1)).min(1).describe('Argument list; JSON on stdin and stdout'),
      timeout: durationSchema.default('10s'),
    }),
    z.strictObject({
      kind: z.literal('pagerduty'),
      services: z.array(z.string().regex(/^[A-Z0-9]+$/, 'the id of a service, such as PIJ90N7')).min(1),
      tokenFrom: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/)
        .describe('Name of the environment variable that holds the REST API key; never the key itself'),
      api: endpointWithLogin.prefault({ url: 'https://api.pagerduty.com' }),
      timeout: durationSchema.default('10s'),
    }),
  ])
  .describe('The system in which incidents are opened; hypercare reads it');

/** The incident system of a configuration. */
export type IncidentSettings = z.infer<typeof incidentsSchema>;
