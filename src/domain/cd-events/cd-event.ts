import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { ownOf } from '../../text/by-name.ts';
import { imagePurl } from './purl.ts';

/**
 * Transitions of a release as events for programs: CDEvents 0.5.1 (cdevents.dev, "Continuous Deployment" and "Continuous
 * Operations") where the vocabulary has a word for what happened, and relctl's own types otherwise. Both have the same form.
 */
export interface CdEvent {
  readonly context: {
    readonly specversion: '0.5.1';
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly timestamp: string;
    /** The release: what belongs together carries the same chain. */
    readonly chainId: string;
  };
  readonly subject: {
    readonly id: string;
    readonly source: string;
    readonly content: Readonly<Record<string, unknown>>;
  };
  readonly customData: Readonly<Record<string, unknown>>;
  readonly customDataContentType: 'application/json';
}

/** What of a plan its events are made from. */
export type EventGround = Pick<ReleasePlan, 'id' | 'metadata' | 'spec'>;

/** Recorded events that are transitions of the release; the others are steps on the way, or only looks. */
const TRANSITIONS: ReadonlySet<EventType> = new Set<EventType>([
  'plan.created',
  'plan.reopened',
  'cab.submitted',
  'cab.decided',
  'stage.started',
  'stage.completed',
  'stage.failed',
  'signoff.recorded',
  'deploy.started',
  'canary.judged',
  'canary.promoted',
  'deploy.completed',
  'deploy.aborted',
  'rollback.started',
  'rollback.completed',
  'release.frozen',
  'verify.recorded',
  'hypercare.started',
  'hypercare.extended',
  'hypercare.closed',
  'incident.opened',
  'incident.closed',
  'success.judged',
  'review.closed',
]);

/** The part of a recorded event that is known before it is written. */
export type Transition = Pick<RecordedEvent, 'seq' | 'at' | 'actor' | 'type' | 'data' | 'simulated'>;

/** The events for programs of one recorded event; none when it is no transition, one for each service where services change. */
export function cdEventsOf(plan: EventGround, event: Transition): readonly CdEvent[] {
  if (!TRANSITIONS.has(event.type)) return [];
  return bodiesOf(plan, event as RecordedEvent).map((body, index) => ({
    context: {
      specversion: '0.5.1',
      id: `${plan.id}-${event.seq}-${index}`,
      source: sourceOf(plan),
      type: body.type,
      timestamp: event.at,
      chainId: plan.id,
    },
    subject: { id: body.subject, source: sourceOf(plan), content: body.content },
    customData: {
      release: plan.id,
      feature: plan.metadata.feature,
      event: event.type,
      seq: event.seq,
      actor: event.actor,
      simulated: event.simulated === true,
    },
    customDataContentType: 'application/json',
  }));
}

function sourceOf(plan: Pick<EventGround, 'id'>): string {
  return `/relctl/releases/${encodeURIComponent(plan.id)}`;
}

interface Body {
  readonly type: string;
  readonly subject: string;
  readonly content: Readonly<Record<string, unknown>>;
}

function bodiesOf(plan: EventGround, event: RecordedEvent): readonly Body[] {
  switch (event.type) {
    case 'stage.completed':
      return services(plan, 'deployed', 'staging', (name) => ownOf(event.data.images, name)?.[0]);
    case 'deploy.completed':
      return services(plan, 'upgraded', 'production', (name) => ownOf(event.data.images, name)?.[0]);
    case 'rollback.completed':
      // What runs again is the base; its images are the cluster's to know, so the artefact is named by its version.
      return plan.spec.services.map(({ name }) => ({
        type: 'dev.cdevents.service.rolledback.0.3.0',
        subject: name,
        content: {
          environment: { id: 'production' },
          artifactId: `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(plan.spec.candidate.base)}`,
        },
      }));
    case 'incident.opened':
      return [incident(plan, event.data.ref, `severity ${event.data.severity}`, event.data.note)];
    case 'incident.closed':
      return [
        {
          type: 'dev.cdevents.incident.resolved.0.3.0',
          subject: event.data.ref,
          content: { description: event.data.note || 'resolved', environment: { id: 'production' } },
        },
      ];
    default:
      return [
        {
          type: `dev.relctl.transition.${event.type}.0.1.0`,
          subject: plan.id,
          content: { ...event.data },
        },
      ];
  }
}

function services(
  plan: EventGround,
  predicate: 'deployed' | 'upgraded',
  environment: string,
  imageOf: (service: string) => string | undefined,
): readonly Body[] {
  return plan.spec.services.map(({ name, image }) => ({
    type: `dev.cdevents.service.${predicate}.0.3.0`,
    subject: name,
    content: { environment: { id: environment }, artifactId: imagePurl(imageOf(name) ?? image) },
  }));
}

/** A report has a ticket, which the vocabulary asks for as a URI; without one it is a detection. */
function incident(plan: EventGround, ref: string, severity: string, note: string): Body {
  const [service] = plan.spec.services;
  const content = {
    description: note === '' ? severity : `${severity}: ${note}`,
    environment: { id: 'production' },
    ...(service === undefined || plan.spec.services.length > 1 ? {} : { service: { id: service.name } }),
  };
  return /^https?:\/\//.test(ref)
    ? { type: 'dev.cdevents.incident.reported.0.3.0', subject: ref, content: { ...content, ticketURI: ref } }
    : { type: 'dev.cdevents.incident.detected.0.3.0', subject: ref, content };
}
