import * as z from 'zod';
import { durationSchema } from './spec.ts';

/** The process policy: what varies between companies. What does not vary is code. */

const role = z.enum(['productManager', 'rdLead', 'operations', 'qa', 'cab']);
const wording = z
  .string()
  .min(1)
  .describe('Text of the notification; {feature}, {id}, {window}, {reason}, {command} are filled in');

/** Topics of notifications, in the order in which a release sends them. */
export const TOPICS = [
  'cab.submitted',
  'cab.decided',
  'deploy.starting',
  'deploy.complete',
  'release.rolled-back',
  'release.frozen',
  'hypercare.closed',
  'release.closed',
] as const;
/** A topic of a notification. */
export type Topic = (typeof TOPICS)[number];

const freezeSchema = z.strictObject({
  name: z.string().min(1),
  from: z.iso.date().describe('First day, in the zone of the release window'),
  to: z.iso.date().describe('Last day, included'),
  services: z.array(z.string()).default([]).describe('Only these services; all when empty'),
});

/** Schema of a process policy file. */
export const policySchema = z.strictObject({
  apiVersion: z.literal('relctl/v1'),
  kind: z.literal('ProcessPolicy'),
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().regex(/^\d+\.\d+$/),
  leadDays: z.strictObject({
    cab: z.int().min(0).describe('Calendar days before the window by which the plan is submitted'),
    staging: z.int().min(0).describe('Calendar days before the window by which the candidate is in staging'),
    review: z.int().min(0).describe('Calendar days after the window at which the review is held'),
  }),
  cab: z.strictObject({
    quorum: z
      .union([z.literal('majority'), z.int().positive()])
      .describe('Go votes that make a Go; majority of the board, or a number'),
    veto: z.boolean().describe('True when one No-Go decides'),
  }),
  roles: z
    .strictObject({
      submitCab: z.array(role),
      stage: z.array(role),
      deploy: z.array(role),
      verify: z.array(role),
      hypercare: z.array(role),
      review: z.array(role),
    })
    .describe('Who may give which command'),
  separation: z.strictObject({
    authorMayApprove: z.boolean().describe('May the author of the plan vote in the CAB?'),
    onePersonManyRoles: z.boolean().describe('May the one who signed off for QA also sign off for Operations?'),
  }),
  canary: z.strictObject({
    maxShare: z.string().describe('Largest true share that a canary may get'),
    minBake: z.string().describe('Shortest bake that a plan may name'),
    alpha: z.number().gt(0).lt(0.5).describe('Overall chance of a false abort of a good canary'),
    power: z.number().gt(0.5).lt(1).describe('Chance with which the named regression must have been visible'),
    minimumRequests: z.int().min(0).describe('Requests at the canary below which no verdict is positive'),
  }),
  production: z
    .strictObject({
      lockSeconds: z.int().min(5).default(60).describe('How long the lock of an environment outlives its last renewal'),
      rolloutTimeout: durationSchema.default('10m').describe('How long a rollout may take before it counts as failed'),
    })
    .prefault({}),
  hypercareHours: z.number().positive(),
  freezes: z.array(freezeSchema).default([]),
  notifications: z.strictObject(
    Object.fromEntries(TOPICS.map((topic) => [topic, wording])) as Record<Topic, typeof wording>,
  ),
});

/** A process policy. */
export type Policy = z.infer<typeof policySchema>;
/** A role that the plan's owners hold. */
export type Role = z.infer<typeof role>;
