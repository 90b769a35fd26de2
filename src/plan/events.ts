import * as z from 'zod';

/**
 * What may stand in `status.events`: the registry of recorded event types with the shape of their data.
 *
 * An event's type is the key of {@link EVENT_DATA} and is typed nowhere else. The phase of a release is a fold over these
 * events, so nothing that matters to a gate may live elsewhere. Older files keep their old events: shapes only ever gain
 * optional fields; anything else is a new apiVersion.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1);
/** The digest of the plan that was in force, and of the exact bytes that people read. */
const subject = { specDigest: sha256, textDigest: sha256 };
const evidence = z.strictObject({ file: text, sha256, note: z.string().optional() });
const images = z.record(z.string(), z.array(text));
const attempt = z.int().positive();
/** A signature over a statement about this event's data: the statement's exact bytes, and the armoured SSH signature. */
const signature = z.strictObject({ statement: text, signature: text, namespace: text, keyFingerprint: text });
/** What proves an approval that was given, or what was told, on a forge: the review, and the answer of the forge as it was kept. */
const authenticatedBy = z.strictObject({
  kind: z.literal('forge'),
  forge: text,
  login: text,
  /** The forge's id of the review. */
  review: text,
  url: text,
  /** When it was written. */
  at: text,
  /** The commit that was reviewed. */
  commit: text,
  /** Number of the form: computed from the release, its round or staging, and the plan. */
  ballot: text,
  /** Which forge was asked, as the protected branch names it. */
  endpoint: text.optional(),
  /** Who asked the forge, and signs that it answered so. */
  collectedBy: text,
  answer: evidence,
});
/** Whose part was taken by a delegate. */
const onBehalfOf = text.optional();

const condition = z.strictObject({ text, owner: text, due: text });
const checkResult = z.strictObject({
  name: text,
  ok: z.boolean(),
  detail: z.string(),
  /** It is good enough, but people should look: flaky tests, a route that was proven by a synthetic alert. */
  warning: z.boolean().optional(),
  /** What shows it: a kept file, or a link. */
  evidence: evidence.optional(),
  link: text.optional(),
});

/** The process that works on a deployment: so that others can tell who it is, and whether it lives. */
const run = z
  .strictObject({
    host: text,
    pid: z.int(),
    token: text,
    /** The Job that it runs in, where it was handed over to a cluster, and who handed it over. */
    job: text.optional(),
    askedBy: text.optional(),
    /** The login that started it, where a workflow of a forge says so. */
    login: text.optional(),
  })
  .optional();

const sloReading = z.looseObject({ name: text, verdict: text, code: text, reason: text });

export const EVENT_DATA = {
  'plan.created': z.strictObject({ ...subject }),
  /** The draft was changed by `relctl plan`; whoever does that is one of its authors. */
  'plan.revised': z.strictObject({ ...subject }),
  'plan.reopened': z.strictObject({ ...subject, reason: text, signature: signature.optional() }),
  /** The branches that the Product Manager wants in the release, with their heads as they were then; the text is the one that was in force. */
  'branches.chosen': z.strictObject({
    ...subject,
    /** The commit that the candidate begins at. */
    base: text,
    /** What could be chosen. */
    offered: z.array(text).min(1),
    branches: z.array(z.strictObject({ name: text, head: text })).min(1),
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  'exception.granted': z.strictObject({ gate: text, reason: text, command: text, signature: signature.optional() }),
  'cab.submitted': z.strictObject({
    ...subject,
    round: z.int().positive(),
    packet: evidence.optional(),
    /** The same packet as a page. */
    page: evidence.optional(),
    /** All that decides what ships and how it is judged, beside the plan itself: what later acts are compared with. */
    bound: evidence.optional(),
    /** The meeting to which the board was invited. */
    meeting: z.strictObject({ start: text, end: text }).optional(),
    signature: signature.optional(),
  }),
  'cab.voted': z.strictObject({
    ...subject,
    round: z.int().positive(),
    decision: z.enum(['go', 'no-go']),
    operationalReadiness: z.boolean(),
    securityReview: z.boolean(),
    impactAssessment: z.boolean(),
    conditions: z.array(condition).default([]),
    comment: z.string().default(''),
    onBehalfOf,
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  /** Recorded together with the vote that decides; audit re-counts the votes. */
  'cab.decided': z.strictObject({
    round: z.int().positive(),
    decision: z.enum(['go', 'no-go']),
    go: z.int().min(0),
    noGo: z.int().min(0),
    quorum: z.int().positive(),
  }),
  'condition.closed': z.strictObject({
    condition: text,
    /** Which one, where several have the same text; see `conditionId`. */
    id: text.optional(),
    evidence: text,
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  'stage.started': z.strictObject({ ...subject, attempt, commit: text, signature: signature.optional() }),
  'stage.completed': z.strictObject({
    ...subject,
    attempt,
    commit: text,
    images,
    /** Ids of the images that ran beside those, by service (`product` for what none owns) and by the image as it is written. */
    imagesBeside: z.record(z.string(), images).optional(),
    /** The objects of staging and production as the candidate had them: what a deployment is compared with. */
    manifests: evidence.optional(),
    /** All that decided what was staged, as in `cab.submitted`. */
    bound: evidence.optional(),
    /** Who vouches for the images, and what they were built from, where the policy asks. */
    provenance: z
      .array(z.strictObject({ service: text, image: text, ok: z.boolean(), signature: text, build: text }))
      .optional(),
    signature: signature.optional(),
  }),
  'stage.failed': z.strictObject({ attempt, code: text, reason: text }),
  'signoff.recorded': z.strictObject({
    ...subject,
    role: z.enum(['qa', 'ops']),
    stageAttempt: attempt,
    decision: z.enum(['pass', 'reject']),
    checks: z.array(checkResult),
    evidence: z.array(evidence).default([]),
    comment: z.string().default(''),
    onBehalfOf,
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  'deploy.started': z.strictObject({
    ...subject,
    attempt,
    fence: z.int().positive(),
    strategy: text,
    /** Cluster identity by target. */
    clusters: z.record(z.string(), text),
    /** Steps of this attempt in order, so that a resumed run follows the plan that was begun. */
    steps: z.array(text),
    /** The exact image of each service, pinned to what was staged. */
    images: z.record(z.string(), text),
    /** Why it was begun in a production that was not well, and what was wrong there. */
    sick: z.strictObject({ reason: text, findings: z.array(text).min(1) }).optional(),
    /** Asked for with `--canary`: a run that goes on stops at the verdict too. */
    stopsAtVerdict: z.literal(true).optional(),
    run,
    /** The commit of the protected branch from which policy and keys were read when the approvals were re-checked. */
    trust: z.strictObject({ commit: text, policy: sha256, version: text }).optional(),
    signature: signature.optional(),
  }),
  'deploy.resumed': z.strictObject({
    attempt,
    fence: z.int().positive(),
    reason: text,
    run,
    signature: signature.optional(),
  }),
  'step.intended': z.strictObject({
    attempt,
    step: text,
    fence: z.int().positive(),
    detail: z.string().optional(),
    signature: signature.optional(),
  }),
  'step.completed': z.strictObject({
    attempt,
    step: text,
    detail: z.string().optional(),
    evidence: evidence.optional(),
    /** Of the config repository, where the step was done by it; full id. */
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
      .optional(),
    /** Digests of the objects as the API server had them once they were written, by `<Kind>/<name>`. */
    written: z.record(z.string(), sha256).optional(),
    signature: signature.optional(),
  }),
  'step.failed': z.strictObject({
    attempt,
    step: text,
    code: text,
    reason: text,
    signature: signature.optional(),
  }),
  'canary.judged': z.strictObject({
    attempt,
    verdict: z.enum(['pass', 'fail', 'inconclusive']),
    elapsedSeconds: z.number(),
    reason: text,
    slos: z.array(sloReading),
    series: evidence.optional(),
    signature: signature.optional(),
  }),
  'canary.held': z.strictObject({ attempt, reason: text, signature: signature.optional() }),
  'canary.promoted': z.strictObject({ attempt, reason: text, signature: signature.optional() }),
  'deploy.completed': z.strictObject({
    attempt,
    images,
    /** Digests of the pod templates that ran then, by service and target. */
    templates: z.record(z.string(), z.record(z.string(), sha256)).optional(),
    signature: signature.optional(),
  }),
  'deploy.aborted': z.strictObject({ attempt, reason: text, signature: signature.optional() }),
  'rollback.started': z.strictObject({
    attempt,
    reason: text,
    fence: z.int().positive(),
    signature: signature.optional(),
  }),
  'rollback.completed': z.strictObject({ attempt, verified: z.string(), signature: signature.optional() }),
  'rollback.failed': z.strictObject({ attempt, code: text, reason: text }),
  'release.frozen': z.strictObject({
    attempt,
    reason: text,
    migration: text.optional(),
    signature: signature.optional(),
  }),
  'notification.queued': z.strictObject({ key: text, topic: text, text, channels: z.array(text) }),
  'notification.sent': z.strictObject({ key: text, channel: text }),
  'notification.failed': z.strictObject({ key: text, channel: text, reason: text }),
  /** A change record is about to be created under this id: what became of it is not known until it is linked, or was refused. */
  'change-record.begun': z.strictObject({ correlation: text }),
  'change-record.refused': z.strictObject({ correlation: text, reason: text }),
  'change-record.linked': z.strictObject({
    correlation: text,
    system: text,
    key: text,
    number: text,
    url: text.optional(),
  }),
  'rehearsal.recorded': z.strictObject({ ...subject, result: z.enum(['passed', 'failed']), document: evidence }),
  'verify.recorded': z.strictObject({ ok: z.boolean(), checks: z.array(checkResult), signature: signature.optional() }),
  'hypercare.started': z.strictObject({ until: text, hours: z.number().positive(), signature: signature.optional() }),
  'hypercare.observed': z.strictObject({
    from: text,
    to: text,
    healthy: z.boolean(),
    slos: z.array(z.looseObject({ name: text, ok: z.boolean(), detail: z.string() })),
    alerts: z.array(text).default([]),
    gaps: z.array(text).default([]),
    /** Services of which production no longer runs what was deployed. */
    drift: z.array(text).optional(),
    /** Why the company's system of incidents could not be read. */
    incidentsUnknown: text.optional(),
    /** Why active alerts could not be read. */
    alertsUnknown: text.optional(),
    note: z.string().default(''),
    /** Share of the span in which every SLO was measured, 0 to 1. */
    coverage: z.number().min(0).max(1).optional(),
    /** The burn above which the whole span counted as over budget. */
    burnLimit: z.number().positive().optional(),
    signature: signature.optional(),
  }),
  'hypercare.extended': z.strictObject({ until: text, reason: text, signature: signature.optional() }),
  /** From now on somebody else watches. */
  'hypercare.handed-over': z.strictObject({ to: text, note: text }),
  'hypercare.closed': z.strictObject({ comment: z.string().default(''), signature: signature.optional() }),
  /** An incident that people link to this release; severity 1 is the worst. */
  'incident.opened': z.strictObject({
    ref: text,
    severity: z.int().min(1).max(5),
    note: z.string().default(''),
    signature: signature.optional(),
  }),
  'incident.closed': z.strictObject({ ref: text, note: z.string().default(''), signature: signature.optional() }),
  /** Values of success metrics on whole days after the deployment, each day once, and of the same weekdays before. */
  'success.observed': z.strictObject({
    days: z.array(
      z.strictObject({
        day: z.iso.date(),
        metric: text,
        value: z.number().nullable(),
        baseline: z.array(z.number()).default([]),
        state: z.enum(['ok', 'guardrail-broken', 'no-data']),
        detail: z.string(),
      }),
    ),
    document: evidence.optional(),
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  'success.judged': z.strictObject({
    metrics: z.array(
      z.strictObject({
        name: text,
        value: z.number().nullable(),
        verdict: z.enum(['met', 'missed', 'guardrail-broken', 'inconclusive']),
        detail: z.string(),
        /** 95% interval of the mean of the daily values. */
        interval: z.tuple([z.number(), z.number()]).optional(),
        days: z.int().min(0).optional(),
        /** Mean of the same weekdays before the release, as it was measured. */
        baseline: z.number().optional(),
      }),
    ),
    document: evidence.optional(),
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
  /** The invitation to the review was sent; the file is the iCalendar text. */
  'review.invited': z.strictObject({ at: text, attendees: z.array(text).min(1), invite: evidence }),
  /** The review document was drafted from the record, for the meeting. */
  'review.drafted': z.strictObject({ document: evidence }),
  'review.closed': z.strictObject({
    attended: z.strictObject({ product: z.array(text).min(1), rd: z.array(text).min(1) }),
    lessons: z.array(text).min(1),
    debts: z.array(z.strictObject({ text, owner: text, due: text, ticket: text })),
    outcome: z.enum(['success', 'partial', 'failure']),
    /** Why, where the success metrics say something else. */
    comment: text.optional(),
    /** What happened beside what was intended. */
    sideEffects: z.array(text).optional(),
    /** Whether the risk was what the plan said it was. */
    classification: z.enum(['right', 'too-low', 'too-high']).optional(),
    document: evidence.optional(),
    authenticatedBy: authenticatedBy.optional(),
    signature: signature.optional(),
  }),
} as const;

/** What proves what was given on a forge. */
export type ForgeProof = z.infer<typeof authenticatedBy>;
/** A signature as it is recorded with what it is about. */
export type RecordedSignature = z.infer<typeof signature>;

/** A key of the registry. */
export type EventType = keyof typeof EVENT_DATA;
/** The data of an event of one type. */
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;

interface Envelope<T extends EventType> {
  /** 1, 2, 3 … without holes. */
  readonly seq: number;
  /** When it was taken in, RFC 3339 in UTC. */
  readonly at: string;
  /** E-mail address of the person, or `relctl` for what follows from others' acts. */
  readonly actor: string;
  readonly type: T;
  readonly data: EventData<T>;
  /** True when it was made in the sandbox; such an event satisfies no gate of a real release. */
  readonly simulated?: true;
  /** Hash of the event before, or of the genesis. */
  readonly prev: string;
  /** SHA-256 of the canonical JSON of everything above. */
  readonly hash: string;
}

/** A recorded event; `type` tells the shape of `data`. */
export type RecordedEvent = { [T in EventType]: Envelope<T> }[EventType];
/** The recorded event of one type. */
export type EventOf<T extends EventType> = Envelope<T>;

/** True for a key of the registry. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_DATA, type);
}

const EVENT_ENVELOPE = z.strictObject({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  actor: z.string().min(1),
  type: z.enum(Object.keys(EVENT_DATA) as [EventType, ...EventType[]]),
  data: z.record(z.string(), z.unknown()),
  simulated: z.literal(true).optional(),
  prev: sha256,
  hash: sha256,
});

/** `status` as it stands in the file; `data` of each event is checked by type in a second step. */
export const statusSchema = z.strictObject({
  phase: z.string().describe('Cached; always equal to the fold of the events, which audit checks'),
  head: sha256.describe('Hash of the last event'),
  events: z.array(EVENT_ENVELOPE),
});
