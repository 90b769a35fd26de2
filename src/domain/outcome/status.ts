import * as z from 'zod';
import { PHASES } from '../process/phases.ts';

const decision = z.enum(['pass', 'reject']);

/** The documented object of `relctl status <id> --json`: what stands under `data`. Fields are only ever added. */
export const statusDataSchema = z.strictObject({
  release: z.string().describe('Id of the release'),
  feature: z.string(),
  phase: z.enum(PHASES),
  simulated: z.boolean().describe('True when all that was recorded was recorded in the sandbox'),
  signing: z
    .enum(['required', 'unsigned', 'simulated'])
    .describe('required: only signed approvals count; unsigned: approvals are claims'),
  approvals: z
    .enum(['signed', 'nothing signed', 'not proved', 'unchecked', 'unsigned', 'simulated'])
    .optional()
    .describe('What was found out about the signatures; only what was examined is called signed'),
  refusedApprovals: z
    .array(z.strictObject({ sentence: z.string(), who: z.string(), command: z.string() }))
    .describe('Approvals that are recorded and do not count'),
  approvalVoid: z.boolean().describe('True when the plan was changed after it was submitted'),
  window: z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime(), timeZone: z.string() }),
  specDigest: z.string().regex(/^[0-9a-f]{64}$/),
  blockers: z
    .array(
      z.strictObject({
        gate: z.string(),
        sentence: z.string(),
        who: z.array(z.string()),
        command: z.string(),
        exceptionable: z.boolean(),
      }),
    )
    .describe('What refuses the next step now'),
  next: z
    .array(z.strictObject({ who: z.string(), command: z.string(), why: z.string().optional() }))
    .describe('What can be done next, by whom'),
  orphan: z
    .strictObject({ since: z.iso.datetime(), sentence: z.string(), resume: z.string(), abort: z.string() })
    .nullable()
    .describe('A release that stands in production while nobody works on it'),
  stopped: z
    .strictObject({ code: z.string().describe('Error code'), reason: z.string(), at: z.iso.datetime() })
    .nullable()
    .optional()
    .describe('Why a rollback stands still; `next` has the ways out'),
  work: z
    .strictObject({
      who: z.string(),
      host: z.string().describe('Machine that the process runs on'),
      process: z.int(),
      since: z.iso.datetime(),
      lives: z.boolean().describe('False where nobody can tell from here whether the process still lives'),
      step: z.strictObject({ id: z.string(), title: z.string(), since: z.iso.datetime() }).nullable(),
      sentence: z.string(),
    })
    .nullable()
    .optional()
    .describe('Who works on the release in production now, from where, and at which step'),
  runner: z
    .strictObject({
      runner: z.string().describe('As in --runner'),
      run: z.string().describe('What it is called there'),
      askedBy: z.string().nullable(),
      state: z.enum(['waiting', 'running', 'ended']),
      lives: z.boolean().describe('False where nothing goes on by itself'),
      reason: z.string().nullable().describe('Such as ImagePullBackOff or DeadlineExceeded'),
      sentence: z.string(),
      attach: z.string().describe('Command that attaches to it'),
    })
    .nullable()
    .optional()
    .describe('The run that carries the deployment on elsewhere, where it was handed over'),
  verdict: z.enum(['pass', 'fail', 'inconclusive']).nullable(),
  conditions: z.array(
    z.strictObject({
      text: z.string(),
      owner: z.string(),
      due: z.string(),
      closed: z.boolean(),
      overdue: z.boolean().describe('True when it is still open after its day'),
    }),
  ),
  staging: z
    .strictObject({
      environment: z.string().describe('Host of the environment, or context and namespace'),
      attempt: z.int().positive(),
      result: z.enum(['running', 'completed', 'failed']),
      at: z.iso.datetime(),
      commit: z.string(),
      images: z.record(z.string(), z.array(z.string())).describe('Image ids that run there, by service'),
      signoffs: z.strictObject({ qa: decision.nullable(), ops: decision.nullable() }),
    })
    .nullable()
    .optional()
    .describe('What is staged, and where; null before the first deployment to staging'),
  hypercare: z
    .strictObject({
      until: z.iso.datetime(),
      signedOff: z.strictObject({ by: z.string(), at: z.iso.datetime() }).nullable(),
    })
    .nullable()
    .optional()
    .describe('Until when the release is watched, and who signed that off; null before it began'),
  changeRecord: z
    .strictObject({
      number: z.string(),
      system: z.string(),
      url: z.string().optional(),
      claimed: z.literal(true).optional(),
    })
    .nullable()
    .optional()
    .describe(
      'The change record in the company’s own system; null before it is there, claimed where people sign and nobody signed it',
    ),
  undelivered: z.array(z.strictObject({ topic: z.string(), channels: z.array(z.string()) })),
  declined: z
    .array(z.strictObject({ who: z.string(), as: z.enum(['cab', 'qa', 'ops', 'deploy']), reason: z.string() }))
    .optional()
    .describe('Who said no, in which part, and why, while it stands'),
  events: z.int().min(0),
  findings: z
    .array(
      z.strictObject({
        code: z.string(),
        severity: z.enum(['error', 'warning']),
        at: z.string().describe('file:line:column'),
        problem: z.string(),
        fix: z.string(),
      }),
    )
    .optional()
    .describe('Until the board has decided: what `relctl plan <id> --check` finds'),
  records: z
    .strictObject({ branch: z.string(), offline: z.string().nullable().describe('Why the remote could not be asked') })
    .optional()
    .describe('The branch that records are shared on, where there is one'),
  risk: z
    .strictObject({
      written: z.enum(['low', 'medium', 'high']),
      level: z.enum(['low', 'medium', 'high']),
      score: z.int().min(0),
      points: z.array(z.strictObject({ code: z.string(), points: z.int(), reason: z.string() })),
    })
    .optional()
    .describe('With --verbose: the risk by the facts, beside the one that people wrote'),
});

/** What `relctl status --json` gives under `data`. */
export type StatusData = z.infer<typeof statusDataSchema>;
