import { EVENT_DATA, type EventData, type EventType } from '../../../src/plan/events.ts';
import { mostHostile } from './payload.ts';
import { putText, type TextPath, textsAt, textsOf } from './schema-texts.ts';
import { wordOf } from './whole-plan.ts';

/** Every place of a recorded event at which a text stands, by type of event. */
export const EVENT_TEXTS: readonly { readonly type: EventType; readonly path: TextPath }[] = (
  Object.keys(EVENT_DATA) as EventType[]
).flatMap((type) => textsOf(EVENT_DATA[type]).map((path) => ({ type, path })));

/** Texts that say where a release stands, when, and where its files are: hostile in one at a time. */
const NEEDED =
  /^(?:deploy\.started\.(?:strategy|steps|images|clusters|trust)|step\.[a-z]+\.step$|stage\.[a-z]+\.(?:commit|images)|deploy\.completed\.images|.*\.(?:until|from|to|at|day|due|file|metric|condition|id|ref|key|namespace|statement|signature|keyFingerprint|gate|command)$|success\.judged\.metrics\.\*\.name$|review\.closed\.attended|review\.invited\.attendees)/;

/** True for a text that decides how a history is understood. */
export function isNeededOf({ type, path }: { readonly type: EventType; readonly path: TextPath }): boolean {
  return NEEDED.test(`${type}.${path.join('.')}`);
}

/** An event whose data can be changed. */
export interface LooseEvent {
  readonly type: EventType;
  readonly data: unknown;
}

/** Makes the texts of an event at a place as hostile as its schema lets them be. Gives how many there are. */
export function poisonEvent(event: LooseEvent, path: TextPath): number {
  const schema = EVENT_DATA[event.type];
  const places = textsAt(event.data, path);
  return places.filter((place) => {
    const tried = structuredClone(event.data);
    const text = mostHostile(wordOf(path), (one) => {
      putText(tried, place.path, one);
      return schema.safeParse(tried).success;
    });
    if (text !== undefined) putText(event.data, place.path, text);
    return true;
  }).length;
}

const signature = { statement: 'x', signature: 'x', namespace: 'x', keyFingerprint: 'x' };
const run = { host: 'x', pid: 1, token: 'x', job: 'x', askedBy: 'x', login: 'x' };
const evidence = { file: 'x.md', sha256: 'a'.repeat(64), note: 'x' };
const meeting = { start: '2026-12-01T10:00:00.000Z', end: '2026-12-01T11:00:00.000Z' };
const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const image = { web: ['registry.example.com/web@sha256:1'] };

const authenticatedBy = {
  kind: 'forge' as const,
  forge: 'x',
  endpoint: 'x',
  login: 'x',
  review: 'x',
  url: 'https://example.com/x',
  at: '2026-12-01T00:00:00Z',
  commit: 'x',
  ballot: 'x',
  collectedBy: 'x',
  answer: evidence,
};

/** Events that a good release does not have, and fields that it leaves out. */
export const RARE: readonly { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType][] = [
  { type: 'plan.revised', data: subject },
  { type: 'plan.reopened', data: { ...subject, reason: 'x', signature } },
  {
    type: 'branches.chosen',
    data: { ...subject, base: 'x', offered: ['x'], branches: [{ name: 'x', head: 'x' }], authenticatedBy, signature },
  },
  { type: 'exception.granted', data: { gate: 'time.window', reason: 'x', command: 'deploy', signature } },
  {
    type: 'cab.submitted',
    data: { ...subject, round: 2, packet: evidence, page: evidence, bound: evidence, meeting, signature },
  },
  {
    type: 'cab.voted',
    data: {
      ...subject,
      round: 2,
      decision: 'no-go',
      operationalReadiness: false,
      securityReview: false,
      impactAssessment: false,
      conditions: [{ text: 'x', owner: 'olga@example.com', due: '2026-12-01' }],
      comment: 'x',
      onBehalfOf: 'x',
      authenticatedBy,
      signature,
    },
  },
  { type: 'condition.closed', data: { condition: 'x', id: 'x', evidence: 'x', authenticatedBy, signature } },
  { type: 'stage.started', data: { ...subject, attempt: 1, commit: 'c', signature } },
  {
    type: 'stage.completed',
    data: {
      ...subject,
      attempt: 1,
      commit: 'c',
      images: image,
      imagesBeside: { web: image },
      manifests: evidence,
      bound: evidence,
      provenance: [{ service: 'web', image: 'x', ok: true, signature: 'x', build: 'x' }],
      signature,
    },
  },
  { type: 'stage.failed', data: { attempt: 1, code: 'x', reason: 'x' } },
  {
    type: 'signoff.recorded',
    data: {
      ...subject,
      role: 'ops',
      stageAttempt: 1,
      decision: 'reject',
      checks: [{ name: 'x', ok: false, detail: 'x', warning: true, evidence, link: 'x' }],
      evidence: [evidence],
      comment: 'x',
      onBehalfOf: 'x',
      authenticatedBy,
      signature,
    },
  },
  {
    type: 'deploy.started',
    data: {
      ...subject,
      attempt: 2,
      fence: 9,
      strategy: 'shared-service',
      clusters: { production: 'x' },
      steps: ['canary:web'],
      images: { web: 'x' },
      trust: { commit: 'x', policy: 'a'.repeat(64), version: 'x' },
      sick: { reason: 'x', findings: ['x'] },
      run,
      signature,
    },
  },
  { type: 'deploy.resumed', data: { attempt: 2, fence: 10, reason: 'x', run, signature } },
  { type: 'step.intended', data: { attempt: 2, step: 'canary:web', fence: 10, detail: 'x', signature } },
  {
    type: 'step.completed',
    data: { attempt: 2, step: 'canary:web', detail: 'x', evidence, commit: 'c'.repeat(40), signature },
  },
  { type: 'step.failed', data: { attempt: 2, step: 'canary:web', code: 'x', reason: 'x', signature } },
  {
    type: 'canary.judged',
    data: {
      attempt: 2,
      verdict: 'inconclusive',
      elapsedSeconds: 60,
      reason: 'x',
      slos: [{ name: 'x', verdict: 'x', code: 'x', reason: 'x' }],
      series: evidence,
      signature,
    },
  },
  { type: 'canary.held', data: { attempt: 2, reason: 'x', signature } },
  { type: 'canary.promoted', data: { attempt: 2, reason: 'x', signature } },
  { type: 'deploy.completed', data: { attempt: 2, images: image, signature } },
  { type: 'deploy.aborted', data: { attempt: 2, reason: 'x', signature } },
  { type: 'rollback.started', data: { attempt: 2, reason: 'x', fence: 11, signature } },
  { type: 'rollback.failed', data: { attempt: 2, code: 'x', reason: 'x' } },
  { type: 'release.frozen', data: { attempt: 2, reason: 'x', migration: 'x', signature } },
  { type: 'rollback.completed', data: { attempt: 2, verified: 'x', signature } },
  { type: 'notification.queued', data: { key: 'k', topic: 'x', text: 'x', channels: ['x'] } },
  { type: 'notification.sent', data: { key: 'k', channel: 'x' } },
  { type: 'notification.failed', data: { key: 'k', channel: 'x', reason: 'x' } },
  { type: 'change-record.begun', data: { correlation: 'x' } },
  { type: 'change-record.refused', data: { correlation: 'x', reason: 'x' } },
  {
    type: 'change-record.linked',
    data: { correlation: 'x', system: 'x', key: 'x', number: 'x', url: 'https://example.com/x' },
  },
  { type: 'rehearsal.recorded', data: { ...subject, result: 'failed', document: evidence } },
  {
    type: 'verify.recorded',
    data: { ok: false, checks: [{ name: 'x', ok: false, detail: 'x', evidence, link: 'x' }], signature },
  },
  { type: 'hypercare.started', data: { until: '2026-12-20T00:00:00.000Z', hours: 48, signature } },
  {
    type: 'hypercare.observed',
    data: {
      from: '2026-12-18T00:00:00.000Z',
      to: '2026-12-18T01:00:00.000Z',
      healthy: false,
      slos: [{ name: 'x', ok: false, detail: 'x' }],
      alerts: ['x'],
      gaps: ['x'],
      drift: ['x'],
      incidentsUnknown: 'x',
      alertsUnknown: 'x',
      note: 'x',
      signature,
    },
  },
  { type: 'hypercare.extended', data: { until: '2026-12-21T00:00:00.000Z', reason: 'x', signature } },
  { type: 'hypercare.handed-over', data: { to: 'omar@example.com', note: 'x' } },
  { type: 'incident.opened', data: { ref: 'INC-1', severity: 1, note: 'x', signature } },
  { type: 'incident.closed', data: { ref: 'INC-1', note: 'x', signature } },
  { type: 'hypercare.closed', data: { comment: 'x', signature } },
  {
    type: 'success.observed',
    data: {
      days: [{ day: '2026-12-05', metric: 'x', value: 1, baseline: [1], state: 'guardrail-broken', detail: 'x' }],
      document: evidence,
      authenticatedBy,
      signature,
    },
  },
  {
    type: 'success.judged',
    data: {
      metrics: [{ name: 'x', value: 1, verdict: 'missed', detail: 'x' }],
      document: evidence,
      authenticatedBy,
      signature,
    },
  },
  { type: 'review.invited', data: { at: '2026-12-10T10:00:00.000Z', attendees: ['a@example.com'], invite: evidence } },
  { type: 'review.drafted', data: { document: evidence } },
  {
    type: 'review.closed',
    data: {
      attended: { product: ['a@example.com'], rd: ['b@example.com'] },
      lessons: ['x'],
      debts: [{ text: 'x', owner: 'a@example.com', due: '2026-12-30', ticket: 'x' }],
      outcome: 'failure',
      comment: 'x',
      sideEffects: ['x'],
      classification: 'too-low',
      document: evidence,
      authenticatedBy,
      signature,
    },
  },
];
