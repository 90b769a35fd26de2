import { countedEvents, isOnlySimulated } from '../../plan/counted.ts';
import type { EventData, EventOf, RecordedEvent } from '../../plan/events.ts';
import { seatOf } from '../people/delegates.ts';
import { samePerson } from '../people/people.ts';
import { closes } from '../process/condition-id.ts';
import { isInProduction, type Phase, REOPENABLE } from '../process/phases.ts';
import type { StoppedRollback } from '../process/stopped.ts';
import type { ProvenanceFinding } from '../provenance/verdict.ts';
import { timeOf } from '../schedule/calendar.ts';
import { isKeptStep } from '../signing/acts.ts';
import { givenAt } from '../signing/given-at.ts';

/**
 * What the recorded events of a release amount to: a pure fold, so that the phase is never a field that could disagree with
 * the history.
 */
export interface ReleaseState {
  readonly phase: Phase;
  /** Those who created or reopened the plan, and whoever submitted it: they do not approve it. */
  readonly authors: readonly string[];
  /**
   * Those of them who said so themselves: they have no seat on the board. Whom only an unsigned event names keeps theirs, and with it their
   * No-Go and their part of the quorum.
   */
  readonly seatless: readonly string[];
  /** Events of the sandbox only: nothing here says anything about a real release. */
  readonly simulated: boolean;
  readonly cab: CabState | undefined;
  readonly conditions: readonly Condition[];
  readonly stage: StageState | undefined;
  readonly signoffs: { readonly qa?: EventOf<'signoff.recorded'>; readonly ops?: EventOf<'signoff.recorded'> };
  readonly deployment: DeploymentState | undefined;
  /** The number of the latest staging and deployment attempts; 0 before the first. */
  readonly attempts: { readonly stage: number; readonly deploy: number };
  readonly verification: EventOf<'verify.recorded'> | undefined;
  readonly hypercare: HypercareState | undefined;
  /** Incidents that were linked to the release, in the order in which they were opened. */
  readonly incidents: readonly Incident[];
  /** Daily observations of the success metrics since the deployment. */
  readonly successDays: readonly EventOf<'success.observed'>[];
  readonly success: EventOf<'success.judged'> | undefined;
  readonly invited: EventOf<'review.invited'> | undefined;
  readonly review: EventOf<'review.closed'> | undefined;
  /** What the Product Manager chose last for the draft. */
  readonly chosen: EventOf<'branches.chosen'> | undefined;
  readonly exceptions: readonly EventOf<'exception.granted'>[];
  readonly outbox: readonly OutboxEntry[];
  readonly change: ChangeState;
  /** The last event that says which text people saw and approved. */
  readonly subject: { readonly specDigest: string; readonly textDigest: string } | undefined;
}

/** The CAB's review of one submission. */
export interface CabState {
  readonly round: number;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly specDigest: string;
  /** What was bound with the submission. */
  readonly bound?: { readonly file: string; readonly sha256: string } | undefined;
  /** The latest vote of each person. */
  readonly votes: readonly EventOf<'cab.voted'>[];
  readonly decision: EventOf<'cab.decided'> | undefined;
}

/** A condition that was attached to a Go. */
export interface Condition {
  readonly text: string;
  readonly owner: string;
  readonly due: string;
  readonly by: string;
  readonly closed: boolean;
}

/** The latest deployment to staging. */
export interface StageState {
  readonly attempt: number;
  readonly specDigest: string;
  readonly commit: string;
  readonly result: 'running' | 'completed' | 'failed';
  readonly at: string;
  /** Image ids of the running pods, by service. */
  readonly images: Readonly<Record<string, readonly string[]>>;
  /** Ids of what ran beside those, by service and by the image as it is written. */
  readonly imagesBeside?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined;
  /** The kept objects of staging and production, as they were then. */
  readonly manifests?: { readonly file: string; readonly sha256: string } | undefined;
  /** What was bound with the staging. */
  readonly bound?: { readonly file: string; readonly sha256: string } | undefined;
  /** What was found of the provenance of the images, where the policy asked. */
  readonly provenance?: readonly ProvenanceFinding[] | undefined;
}

/** The latest deployment to production. */
export interface DeploymentState {
  readonly attempt: number;
  readonly started: EventOf<'deploy.started'>;
  /** Highest fence that was taken. */
  readonly fence: number;
  readonly steps: ReadonlyMap<string, StepState>;
  readonly verdict: EventOf<'canary.judged'> | undefined;
  readonly promoted: boolean;
  readonly result: 'running' | 'completed' | 'rolling-back' | 'rolled-back' | 'frozen';
  readonly abortedBy: string | undefined;
  readonly rollbackReason: string | undefined;
  /** Why its rollback stands still, until somebody goes on with it. */
  readonly stopped: StoppedRollback | undefined;
  /** Who acted last, and when: the base of "orphaned since". */
  readonly lastActor: string;
  readonly lastAt: string;
  /** Who began to work on it last, when, and as which process. */
  readonly begunBy: string;
  readonly begunAt: string;
  readonly run: EventData<'deploy.started'>['run'];
  /** True while it is held: then nobody is at work, and nobody died. */
  readonly held: boolean;
  readonly completedAt: string | undefined;
}

/** What is recorded of one step. */
export interface StepState {
  readonly state: 'intended' | 'completed' | 'failed';
  readonly at: string;
  /** When it was intended first. */
  readonly since: string;
  readonly data: EventData<'step.completed'> | undefined;
  /** Whether what is recorded last of it is proved. */
  readonly proved: boolean;
}

/** The time of elevated monitoring. */
export interface HypercareState {
  readonly startedAt: string;
  readonly until: string;
  readonly observations: readonly EventOf<'hypercare.observed'>[];
  readonly handOvers: readonly EventOf<'hypercare.handed-over'>[];
  readonly closed: EventOf<'hypercare.closed'> | undefined;
}

/** An incident that was linked to a release. */
export interface Incident {
  readonly ref: string;
  /** 1 is the worst. */
  readonly severity: number;
  readonly note: string;
  readonly by: string;
  readonly openedAt: string;
  readonly closedAt: string | undefined;
}

/** The change record of a release in the company's own system. */
export interface ChangeState {
  /** A release that ended and was reopened is another change. */
  readonly generation: number;
  readonly record: EventOf<'change-record.linked'> | undefined;
  /** When its creation was begun, as long as its end is not known. */
  readonly begunAt: string | undefined;
}

/** A message and what became of it. */
export interface OutboxEntry {
  readonly key: string;
  readonly topic: string;
  readonly text: string;
  readonly at: string;
  readonly channels: readonly string[];
  readonly sent: readonly string[];
  readonly failed: readonly string[];
}

/** The state of a release before anything was recorded. */
export const EMPTY_STATE: ReleaseState = {
  phase: 'draft',
  authors: [],
  seatless: [],
  simulated: false,
  cab: undefined,
  conditions: [],
  stage: undefined,
  signoffs: {},
  deployment: undefined,
  attempts: { stage: 0, deploy: 0 },
  verification: undefined,
  hypercare: undefined,
  incidents: [],
  successDays: [],
  success: undefined,
  invited: undefined,
  review: undefined,
  chosen: undefined,
  exceptions: [],
  outbox: [],
  change: { generation: 1, record: undefined, begunAt: undefined },
  subject: undefined,
};

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

/**
 * True while production is neither what it was nor what it is to be: in a canary or a rollout, frozen, or half-way back. A
 * rollback of what was deployed keeps its phase until it is done, so the phase alone does not tell.
 */
export function standsInProduction(state: Pick<ReleaseState, 'phase' | 'deployment'>): boolean {
  return isInProduction(state.phase) || state.deployment?.result === 'rolling-back';
}

function applyEvent(state: ReleaseState, event: RecordedEvent, proves: Proves): ReleaseState {
  const data = event.data as { specDigest?: string; textDigest?: string };
  const subject =
    data.specDigest !== undefined && data.textDigest !== undefined
      ? { specDigest: data.specDigest, textDigest: data.textDigest }
      : state.subject;
  return { ...state, ...change(state, event, proves), subject };
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
      return { phase: event.data.ok ? 'verified' : state.phase, verification: event };
    case 'hypercare.started':
      return {
        phase: 'hypercare',
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
      return { phase: 'validated', success: event };
    case 'review.closed':
      return { phase: 'closed', review: event };
    case 'notification.queued':
      // Queued again under its key, it takes the place of what stood there before what it tells of had happened.
      return {
        outbox: [
          ...state.outbox.filter(({ key }) => key !== event.data.key),
          { ...event.data, at: event.at, sent: [], failed: [] },
        ],
      };
    case 'notification.sent':
      return { outbox: state.outbox.map((entry) => delivered(entry, event.data, 'sent')) };
    case 'notification.failed':
      return { outbox: state.outbox.map((entry) => delivered(entry, event.data, 'failed')) };
    case 'change-record.begun':
      return { change: { ...state.change, begunAt: event.at } };
    case 'change-record.refused':
      return { change: { ...state.change, begunAt: undefined } };
    case 'change-record.linked':
      return { change: { ...state.change, record: event, begunAt: undefined } };
    case 'rehearsal.recorded':
      return {};
    default:
      return changeDeployment(state, event, proves);
  }
}

type DeploymentEvent = Extract<
  RecordedEvent,
  { type: `deploy.${string}` | `step.${string}` | `canary.${string}` | `rollback.${string}` | `release.frozen` }
>;

function changeDeployment(state: ReleaseState, event: DeploymentEvent, proves: Proves): Partial<ReleaseState> {
  if (event.type === 'deploy.started') {
    return {
      phase: 'canary',
      attempts: { ...state.attempts, deploy: event.data.attempt },
      deployment: {
        attempt: event.data.attempt,
        started: event,
        fence: event.data.fence,
        steps: new Map(),
        verdict: undefined,
        promoted: false,
        result: 'running',
        abortedBy: undefined,
        rollbackReason: undefined,
        stopped: undefined,
        lastActor: event.actor,
        lastAt: event.at,
        begunBy: event.actor,
        begunAt: event.at,
        run: event.data.run,
        held: false,
        completedAt: undefined,
      },
    };
  }
  if (state.deployment === undefined) return {};
  const deployment = {
    ...state.deployment,
    lastActor: event.actor,
    lastAt: event.at,
    held: event.type === 'canary.held',
  };
  switch (event.type) {
    case 'deploy.resumed':
      return {
        deployment: {
          ...deployment,
          fence: Math.max(deployment.fence, event.data.fence),
          begunBy: event.actor,
          begunAt: event.at,
          run: event.data.run,
        },
      };
    case 'step.intended':
    case 'step.completed':
    case 'step.failed':
      return { deployment: { ...deployment, steps: withStep(deployment.steps, event, proves(event)) } };
    case 'canary.judged':
      return { deployment: { ...deployment, verdict: event } };
    case 'canary.held':
      return { deployment };
    case 'canary.promoted':
      return { phase: 'rolling-out', deployment: { ...deployment, promoted: true } };
    case 'deploy.completed':
      return { phase: 'deployed', deployment: { ...deployment, result: 'completed', completedAt: event.at } };
    case 'deploy.aborted':
      return { deployment: { ...deployment, abortedBy: event.actor, rollbackReason: event.data.reason } };
    case 'rollback.started':
      return {
        deployment: {
          ...deployment,
          result: 'rolling-back',
          fence: Math.max(deployment.fence, event.data.fence),
          rollbackReason: event.data.reason,
        },
      };
    case 'rollback.failed': {
      const { code, reason } = event.data;
      const isChangedByHand = code === 'rollback.changed-by-hand' || deployment.stopped?.isChangedByHand === true;
      return { deployment: { ...deployment, stopped: { code, reason, at: event.at, isChangedByHand } } };
    }
    case 'rollback.completed':
      return {
        phase: deployment.abortedBy === undefined ? 'rolled-back' : 'aborted',
        deployment: { ...deployment, result: 'rolled-back', stopped: undefined },
      };
    case 'release.frozen':
      return { phase: 'frozen', deployment: { ...deployment, result: 'frozen' } };
  }
}

function withStep(
  steps: ReadonlyMap<string, StepState>,
  event: EventOf<'step.intended'> | EventOf<'step.completed'> | EventOf<'step.failed'>,
  proved: boolean,
): ReadonlyMap<string, StepState> {
  const state = event.type === 'step.intended' ? 'intended' : event.type === 'step.completed' ? 'completed' : 'failed';
  const before = steps.get(event.data.step);
  // What was done to the data stays done: nobody takes it out of the record by writing behind it.
  if (before?.state === 'completed' && before.proved && isKeptStep(event.data.step)) return steps;
  return new Map(steps).set(event.data.step, {
    state,
    at: event.at,
    since: before?.since ?? event.at,
    data: event.type === 'step.completed' ? event.data : before?.data,
    proved,
  });
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

function delivered(entry: OutboxEntry, to: { key: string; channel: string }, how: 'sent' | 'failed'): OutboxEntry {
  if (entry.key !== to.key) return entry;
  const failed = entry.failed.filter((channel) => channel !== to.channel);
  return how === 'sent'
    ? { ...entry, sent: [...entry.sent, to.channel], failed }
    : { ...entry, failed: [...failed, to.channel] };
}
