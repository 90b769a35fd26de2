import * as z from 'zod';
import { provenancePolicySchema } from './provenance.ts';
import { changeWindowSchema, freezeSchema, meetingSchema } from './schedule.ts';
import { durationSchema } from './spec/terms.ts';

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
  'hypercare.handed-over',
  'incident.opened',
  'incident.closed',
  'success.warning',
  'review.invited',
  'reminder',
  'cab.meeting',
  'plan.reopened',
  'release.unattended',
] as const;
/** A topic of a notification. */
export type Topic = (typeof TOPICS)[number];

/** Topics that policies written before them do not word, with the text that is sent then. */
const LATER_WORDING = {
  'hypercare.handed-over': wording.default('{feature} ({id}): {who} watches hypercare from now on. {reason}'),
  'incident.opened': wording.default('Incident on {feature} ({id}): {reason}'),
  'incident.closed': wording.default('Incident on {feature} ({id}) is over: {reason}'),
  'success.warning': wording.default(
    'Early warning for {who}: users may be hurt by {feature} ({id}). {reason} Look with: {command}',
  ),
  'cab.meeting': wording.default('The board {decision} on {feature} ({id}): {window}. See: {command}'),
  'plan.reopened': wording.default(
    '{feature} ({id}) is a draft again; approvals no longer count, and its window is open: {reason}',
  ),
  'release.unattended': wording.default(
    'PAGE: {feature} ({id}) stands in production and nobody works on it. {reason} Look now: {command}',
  ),
  reminder: wording.default('{who}: {feature} ({id}) waits for you: {reason}. Answer with: {command}'),
  'review.invited': wording.default(
    '{who}: the post-release review of {feature} ({id}) is held on {window} ({reason}). The draft is written by: {command}',
  ),
};

/** What people do that can be signed; each has a namespace of its own (`domain/signing/acts.ts`). */
export const SIGNED_ACTS = [
  'submit',
  'cab',
  'condition',
  'branches',
  'exception',
  'qa',
  'ops',
  'stage',
  'deploy',
  'outcome',
  'hypercare',
] as const;
/** Something that a person does and can sign. */
export type SignedAct = (typeof SIGNED_ACTS)[number];

const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an e-mail address such as ada@example.com');
const insidePath = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a path inside the repository');
const approver = z.enum(['cab', 'qa', 'ops']);

const proofs = z
  .array(z.enum(['ssh', 'forge']))
  .min(1)
  .default(['ssh']);

const signingSchema = z
  .strictObject({
    mode: z
      .enum(['unsigned', 'required'])
      .default('unsigned')
      .describe('unsigned: approvals are claims, and every page says so; required: only signed ones count'),
    repository: z
      .string()
      .min(1)
      .optional()
      .describe('Name of this repository inside what is signed, such as github.com/acme/shop; a copy gets another one'),
    allowedSigners: insidePath
      .default('relctl/allowed_signers')
      .describe('Keys of people, as ssh-keygen reads them; read from the protected branch only'),
    revoked: insidePath
      .optional()
      .describe('Revoked keys: a KRL of ssh-keygen, or public keys one a line; read from the protected branch only'),
    maxAgeDays: z.int().positive().max(366).default(30).describe('How long an approval may wait to be used'),
    accepts: z
      .strictObject({
        branches: proofs,
        cab: proofs,
        qa: proofs,
        ops: proofs,
        condition: proofs,
        success: proofs,
        review: proofs,
      })
      .prefault({})
      .describe(
        'What proves who gave an approval, closed a condition, told values of success metrics, held the review or chose the branches. ssh: a signature with a key of the person; forge: a review on the request, which CI collected and signed',
      ),
    forgePeople: insidePath
      .default('relctl/forge_people.yaml')
      .describe('Which login of the forge is which person; read from the protected branch only'),
    acts: z
      .array(z.enum(SIGNED_ACTS))
      .default([...SIGNED_ACTS])
      .describe('What has to be signed beside the votes and sign-offs, which always are'),
  })
  .refine((signing) => signing.mode === 'unsigned' || signing.repository !== undefined, {
    message: 'named, since signatures are required',
    path: ['repository'],
  })
  .describe('Signatures under approvals');

const delegateSchema = z
  .strictObject({
    role: approver,
    from: address.describe('Whose part it is'),
    to: address.describe('Who takes it meanwhile'),
    since: z.iso.date().optional().describe('First day, in the zone of the window'),
    until: z.iso.date().describe('Last day, included'),
  })
  .describe('Somebody who approves in the place of another for some days');

/** Schema of a process policy file. */
export const policySchema = z.strictObject({
  apiVersion: z.literal('relctl/v1'),
  kind: z.literal('ProcessPolicy'),
  name: z.string().regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and dashes'),
  version: z.string().regex(/^\d+\.\d+$/, 'a version such as 3.0'),
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
    members: z
      .array(address)
      .min(1)
      .optional()
      .describe('Who may sit on a board: a plan names its board from these; anybody when left out'),
    minimumMembers: z
      .int()
      .positive()
      .default(2)
      .describe(
        'People that a board must have beside the authors of the plan, so that no author picks a single friend',
      ),
    meeting: meetingSchema.optional(),
    approvalExpiresDays: z
      .int()
      .positive()
      .max(366)
      .optional()
      .describe(
        'Calendar days after which an unused submission no longer counts, or a Go from its oldest vote on; never when left out',
      ),
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
    contributorsMaySign: z
      .array(approver)
      .default(['cab', 'qa', 'ops'])
      .describe('Approvals that authors, committers and co-authors of the candidate may still give'),
    deployerMayHaveSigned: z
      .array(approver)
      .default(['cab', 'qa', 'ops'])
      .describe('Approvals that whoever deploys may have given'),
  }),
  signing: signingSchema.prefault({}),
  aliases: z
    .record(address, address)
    .default({})
    .describe('Other addresses of a person, each with the main one: people are counted, not addresses'),
  delegates: z.array(delegateSchema).default([]),
  machines: z
    .array(address)
    .default([])
    .describe('Names under which CI works: they stage, deploy and roll back what people approved, and approve nothing'),
  canary: z.strictObject({
    maxShare: z.string().describe('Largest true share that a canary may get'),
    minBake: z.string().describe('Shortest bake that a plan may name'),
    warmup: durationSchema
      .default('2m')
      .describe('How long a canary may warm up before its bake; until then only a gross failure counts'),
    alpha: z.number().gt(0).lt(0.5).describe('Overall chance of a false abort of a good canary'),
    power: z.number().gt(0.5).lt(1).describe('Chance with which the named regression must have been visible'),
    minimumRequests: z.int().min(0).describe('Requests at the canary below which no verdict is positive'),
  }),
  production: z
    .strictObject({
      lockSeconds: z.int().min(5).default(60).describe('How long the lock of an environment outlives its last renewal'),
      rolloutTimeout: durationSchema.default('10m').describe('How long a rollout may take before it counts as failed'),
      routeTimeout: durationSchema
        .default('1m')
        .describe('How long a gateway may take to accept a route before it counts as refused'),
    })
    .prefault({}),
  deadRuns: z
    .enum(['page', 'resume'])
    .default('page')
    .describe(
      'What a schedule does about a deployment whose process is dead. page: it stands, and people are called; resume: it goes on as it was begun, and people are called where it cannot',
    ),
  changeRecord: z
    .strictObject({
      beforeDeploy: z
        .boolean()
        .default(false)
        .describe(
          'True when production is changed only under a change record that is approved and has the same window',
        ),
    })
    .prefault({}),
  provenance: provenancePolicySchema.optional(),
  hypercareHours: z.number().positive(),
  freezes: z.array(freezeSchema).default([]).describe('When nothing is changed: dated, or recurring'),
  changeWindows: z.array(changeWindowSchema).default([]).describe('When changes are allowed; at any time when empty'),
  hypercare: z
    .strictObject({
      burnLimit: z
        .number()
        .gt(0)
        .max(1)
        .default(0.8)
        .describe('Burn of the error budget over the whole time above which it is not healthy; 1 is the budget itself'),
      severities: z
        .array(z.string().min(1))
        .default(['critical', 'page'])
        .describe('Severities of alerts that make it unhealthy while they fire'),
      severeUpTo: z.int().min(1).max(5).default(2).describe('Incidents of this severity or worse are severe'),
      quietHours: z.number().min(0).default(24).describe('Hours without a severe incident before it can be signed off'),
      coverage: z.number().min(0).max(1).default(0.9).describe('Share of the time for which there must be data'),
    })
    .prefault({}),
  notifications: z.strictObject({
    ...(Object.fromEntries(TOPICS.map((topic) => [topic, wording])) as Record<Topic, typeof wording>),
    ...LATER_WORDING,
  }),
});

/** A process policy. */
export type Policy = z.infer<typeof policySchema>;
/** A role that the plan's owners hold. */
export type Role = z.infer<typeof role>;
