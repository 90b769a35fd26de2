import { countedEvents, isOnlySimulated } from '../../plan/counted.ts';
import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import { seatOf } from '../people/delegates.ts';
import { samePerson } from '../people/people.ts';
import { closes } from '../process/condition-id.ts';
import { ASKED, type Phase, REOPENABLE } from '../process/phases.ts';
import { timeOf } from '../schedule/calendar.ts';
import { givenAt } from '../signing/given-at.ts';
import { changeDeployment } from './fold-deployment.ts';
import { EMPTY_STATE, type Incident, isEndClaimed, type OutboxEntry, type ReleaseState } from './state.ts';

/** Whether an event is proved to be of whom it names. Where nobody signs, all are taken at their word. */
export type Proves = (event: RecordedEvent) => boolean;

/**
 * Folds the history. Once a real event is recorded, those of the sandbox no longer count: what was rehearsed satisfies no gate.
 * @param events the whole chain, in order
 * @param platform `real` ignores simulated events even where nothing real was recorded yet
 * @param proves what relaxes a check only where it is proved (`plan/unsigned.ts`)
 */
export function foldState(
  events: readonly RecordedEvent[],
  platform: 'real' | 'any' = 'any',
  proves: Proves = () => true,
): ReleaseState {
  const counted = countedEvents(events, platform);
  const state = counted.reduce((before, event) => applyEvent(before, event, proves), EMPTY_STATE);
  return { ...state, simulated: isOnlySimulated(counted) };
}

/** The phase of a history, as it is written into the file. */
export function phaseOf(events: readonly RecordedEvent[]): Phase {
  return foldState(events).phase;
}

/** What is done before production; of a release that is there, or has been, it changes nothing. */
const BEFORE_PRODUCTION: readonly RecordedEvent['type'][] = [
  'plan.reopened',
  'cab.submitted',
  'cab.decided',
  'stage.started',
  'stage.completed',
  'stage.failed',
  'signoff.recorded',
  'deploy.started',
];

function applyEvent(state: ReleaseState, event: RecordedEvent, proves: Proves): ReleaseState {
  // Whatever is written behind a deployment, its rollback goes by it.
  if (BEFORE_PRODUCTION.includes(event.type) && !mayFollow(state, event, proves)) return state;
  const data = event.data as { specDigest?: string; textDigest?: string };
  const subject =
    data.specDigest !== undefined && data.textDigest !== undefined
      ? { specDigest: data.specDigest, textDigest: data.textDigest }
      : state.subject;
  return { ...state, ...change(state, event, proves), subject };
}

/** Where only somebody without a key says that the release is out of production, it is begun anew by whoever signs that. */
function mayFollow(state: ReleaseState, event: RecordedEvent, proves: Proves): boolean {
  if (isEndClaimed(state)) return event.type === 'plan.reopened' && REOPENABLE.includes(state.phase) && proves(event);
  return state.phase === 'draft' || [...ASKED, ...REOPENABLE].includes(state.phase);
}

/**
 * Reopenings that change nothing, because the release is in production or has been there. They void nothing either: else what the
 * state still rests on would be examined no more.
 * @param events those that count and hold
 */
export function reopenedInVain(events: readonly RecordedEvent[], proves: Proves): readonly RecordedEvent[] {
  const found: RecordedEvent[] = [];
  let state = EMPTY_STATE;
  for (const event of events) {
    if (event.type === 'plan.reopened' && !mayFollow(state, event, proves)) found.push(event);
    state = applyEvent(state, event, proves);
  }
  return found;
}

/** What one event changes. */
function change(state: ReleaseState, event: RecordedEvent, proves: Proves): Partial<ReleaseState> {
  switch (event.type) {
    case 'plan.created':
    case 'plan.revised':
      return withAuthor(state, event, proves);
    case 'plan.reopened':
      return {
        ...EMPTY_STATE,
        ...withAuthor(state, event, proves),
        attempts: state.attempts,
        exceptions: state.exceptions,
        outbox: state.outbox,
        change: REOPENABLE.includes(state.phase)
          ? { ...EMPTY_STATE.change, generation: state.change.generation + 1 }
          : state.change,
        cab: state.cab && { ...state.cab, decision: undefined, votes: [] },
      };
    case 'branches.chosen':
      return { chosen: event };
    case 'exception.granted':
      return { exceptions: [...state.exceptions, event] };
    case 'cab.submitted':
      return {
        phase: 'submitted',
        ...withAuthor(state, event, proves),
        cab: {
          round: event.data.round,
          submittedBy: event.actor,
          submittedAt: givenAt(event),
          specDigest: event.data.specDigest,
          packet: [event.data.packet, event.data.page].flatMap((one) => one ?? []),
          bound: event.data.bound,
          votes: [],
          decision: undefined,
        },
        conditions: [],
        stage: undefined,
        signoffs: {},
      };
    case 'cab.voted':
      return {
        cab: state.cab && {
          ...state.cab,
          votes: [...state.cab.votes.filter((vote) => !samePerson(seatOf(vote), seatOf(event))), event],
        },
        conditions: [
          ...state.conditions.filter((condition) => !samePerson(condition.by, event.actor)),
          ...event.data.conditions.map((condition) => ({ ...condition, by: event.actor, closed: false })),
        ],
      };
    case 'cab.decided':
      return {
        phase: event.data.decision === 'go' ? 'approved' : 'no-go',
        cab: state.cab && { ...state.cab, decision: event },
      };
    case 'condition.closed':
      return {
        conditions: state.conditions.map((one) =>
          closes(one, event.data, event.actor) ? { ...one, closed: true } : one,
        ),
      };
    case 'stage.started':
      return {
        phase: 'approved',
        attempts: { ...state.attempts, stage: event.data.attempt },
        stage: {
          attempt: event.data.attempt,
          specDigest: event.data.specDigest,
          commit: event.data.commit,
          result: 'running',
          at: event.at,
          images: {},
        },
        signoffs: {},
      };
    case 'stage.completed':
      return {
        phase: 'staged',
        stage: state.stage && {
          ...state.stage,
          result: 'completed',
          at: event.at,
          images: event.data.images,
          imagesBeside: event.data.imagesBeside,
          manifests: event.data.manifests,
          bound: event.data.bound,
          provenance: event.data.provenance,
        },
      };
    case 'stage.failed':
      return { stage: state.stage && { ...state.stage, result: 'failed', at: event.at } };
    case 'signoff.recorded': {
      const signoffs = { ...state.signoffs, [event.data.role]: event };
      const ready = signoffs.qa?.data.decision === 'pass' && signoffs.ops?.data.decision === 'pass';
      return { phase: ready ? 'ready' : 'staged', signoffs };
    }
    case 'verify.recorded':
      return { phase: event.data.ok ? reached(state, 'verified') : state.phase, verification: event };
    case 'hypercare.started':
      return {
        phase: reached(state, 'hypercare'),
        hypercare: { startedAt: event.at, until: event.data.until, observations: [], handOvers: [], closed: undefined },
      };
    case 'hypercare.observed':
      return {
        hypercare: state.hypercare && {
          ...state.hypercare,
          observations: [...state.hypercare.observations, event],
        },
      };
    case 'hypercare.extended':
      // It only ever lengthens, whoever wrote it.
      return {
        hypercare: state.hypercare && { ...state.hypercare, until: later(state.hypercare.until, event.data.until) },
      };
    case 'hypercare.handed-over':
      return {
        hypercare: state.hypercare && { ...state.hypercare, handOvers: [...state.hypercare.handOvers, event] },
      };
    case 'incident.opened':
      return { incidents: [...state.incidents, opened(event)] };
    case 'incident.closed':
      return {
        incidents: state.incidents.map((one) =>
          one.ref === event.data.ref && one.closedAt === undefined ? { ...one, closedAt: event.at } : one,
        ),
      };
    case 'success.observed':
      return { successDays: [...state.successDays, event] };
    case 'review.invited':
      return { invited: event };
    case 'review.drafted':
      return {};
    case 'hypercare.closed':
      return { hypercare: state.hypercare && { ...state.hypercare, closed: event } };
    case 'success.judged':
      return { phase: reached(state, 'validated'), success: event };
    case 'review.closed':
      return { phase: reached(state, 'closed'), review: event };
    case 'notification.queued':
      // Queued again under its key, it takes the place of what stood there before what it tells of had happened.
      return {
        outbox: [
          ...state.outbox.filter(({ key }) => key !== event.data.key),
          { ...event.data, at: event.at, sent: [], failed: [], doubted: [] },
        ],
      };
    case 'notification.sent':
      return { outbox: state.outbox.map((entry) => delivered(entry, event.data, 'sent', proves(event))) };
    case 'notification.failed':
      return { outbox: state.outbox.map((entry) => delivered(entry, event.data, 'failed', proves(event))) };
    case 'change-record.begun':
      return { change: { ...state.change, begunAt: event.at } };
    case 'change-record.refused':
      return { change: { ...state.change, begunAt: undefined } };
    case 'change-record.linked':
      return { change: { ...state.change, record: event, begunAt: undefined } };
    case 'rehearsal.recorded':
      return {};
    default:
      return changeDeployment(state, event, proves(event));
  }
}

/**
 * What is said of the time after a deployment moves none that is under way, frozen or on its way back: it would shut that way. While rules do not
 * read, nobody examines who said so.
 */
function reached({ phase, deployment }: ReleaseState, next: Phase): Phase {
  return deployment?.result === 'completed' ? next : phase;
}

function later(one: string, other: string): string {
  return timeOf(other) > timeOf(one) ? other : one;
}

function opened(event: EventOf<'incident.opened'>): Incident {
  const { ref, severity, note } = event.data;
  return { ref, severity, note, by: event.actor, openedAt: event.at, closedAt: undefined };
}

function withAuthor(
  { authors, seatless }: ReleaseState,
  event: RecordedEvent,
  proves: Proves,
): Pick<ReleaseState, 'authors' | 'seatless'> {
  return {
    authors: withPerson(authors, event.actor),
    seatless: proves(event) ? withPerson(seatless, event.actor) : seatless,
  };
}

function withPerson(people: readonly string[], person: string): readonly string[] {
  return people.includes(person) ? people : [...people, person];
}

function delivered(
  entry: OutboxEntry,
  to: { key: string; channel: string },
  how: 'sent' | 'failed',
  proved: boolean,
): OutboxEntry {
  if (entry.key !== to.key) return entry;
  const failed = entry.failed.filter((channel) => channel !== to.channel);
  const isDoubted = !proved && (entry.failed.includes(to.channel) || entry.doubted.includes(to.channel));
  const others = entry.doubted.filter((channel) => channel !== to.channel);
  return how === 'sent'
    ? { ...entry, sent: [...entry.sent, to.channel], failed, doubted: isDoubted ? [...others, to.channel] : others }
    : { ...entry, failed: [...failed, to.channel] };
}
