import * as z from 'zod';
import { endpointSchema } from './endpoint.ts';
import { durationSchema } from './spec/terms.ts';

/** Where a company keeps its changes: `changeRecord` of relctl.yaml. */

const base = {
  repository: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,79}$/)
    .describe('What this repository is called in the correlation id, such as github.com/acme/shop; each has its own'),
  packetUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where people open the files of a release; {id} and {file} are filled in'),
  timeout: durationSchema.default('10s').describe('How long one answer may take'),
  settle: durationSchema
    .default('2m')
    .describe('How long a creation whose end is not known is looked for before another is begun'),
};

const jiraField = z
  .string()
  .regex(/^(customfield_\d+|[a-z][A-Za-z]*)$/, 'the id of a field, such as customfield_10050');

/** Schema of `changeRecord`. */
export const changeRecordSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('command'),
      ...base,
      command: z.array(z.string().min(1)).min(1).describe('Argument list; JSON on stdin and stdout'),
    }),
    z.strictObject({
      kind: z.literal('servicenow'),
      ...base,
      api: endpointSchema.describe('The instance, such as https://acme.service-now.com'),
      fields: z
        .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'the name of a field, in lower case'), z.string())
        .default({})
        .describe('Further fields of a new change, such as assignment_group'),
      states: z
        .strictObject({
          implementing: z.string().default('-1'),
          reviewing: z.string().default('0'),
          closed: z.string().default('3'),
          cancelled: z.string().default('4'),
        })
        .prefault({})
        .describe('Values of the field state; those of the base system unless they say otherwise'),
    }),
    z.strictObject({
      kind: z.literal('jira'),
      ...base,
      api: endpointSchema.describe('The site, such as https://acme.atlassian.net'),
      edition: z.enum(['cloud', 'data-center']).default('cloud'),
      project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'the key of a project, such as CHG'),
      issueType: z.string().min(1).default('[System] Change'),
      plannedStart: jiraField,
      plannedEnd: jiraField,
      fields: z
        .record(z.string().min(1), z.unknown())
        .default({})
        .describe('Further fields of a new issue, by their ids, as the API takes them'),
      statuses: z
        .strictObject({
          implementing: z.string().default('Implementing'),
          reviewing: z.string().optional(),
          closed: z.string().default('Completed'),
          failed: z.string().default('Failed'),
          cancelled: z.string().default('Canceled'),
        })
        .prefault({})
        .describe('Names of statuses; a stage without one only gets its note'),
    }),
    z
      .looseObject({ kind: z.literal('registered'), ...base, system: z.string().regex(/^[a-z][a-z0-9-]*$/) })
      .describe('A system that was added to the registry, with its own settings'),
  ])
  .describe('The change record of each release, in the company’s own system');

/** The change record of a configuration. */
export type ChangeRecordSettings = z.infer<typeof changeRecordSchema>;
