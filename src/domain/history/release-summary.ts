import type { ErrorCode, Place } from '../../errors.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { type Delivery, deliveriesOf } from '../dora/deliveries.ts';
import type { OtherRelease } from '../gates/gate.ts';
import { type Phase, REOPENABLE } from '../process/phases.ts';
import { type BoardMeeting, meetingOf } from '../schedule/board-meeting.ts';
import { formatWindow, isTimeZone, timeOf, type Window, windowSpan } from '../schedule/calendar.ts';
import { foldState } from './fold.ts';
import { type ReleaseState, standsInProduction } from './state.ts';

/** What one release tells the others: lists, calendars, clashes and risk are made from these. */
export interface ReleaseSummary {
  readonly id: string;
  readonly feature: string;
  readonly process: string;
  readonly phase: Phase;
  /** True when all that was recorded was recorded in the sandbox. */
  readonly simulated: boolean;
  readonly window: Window;
  /** The window in milliseconds since the epoch, and for people. */
  readonly span: { readonly start: number; readonly end: number };
  readonly windowText: string;
  readonly services: readonly string[];
  /** How many events are recorded, and when the last one was. */
  readonly events: number;
  readonly lastAt: string | undefined;
  /** When production took the release in whole, and when it was taken out or froze; RFC 3339. */
  readonly deployed: readonly string[];
  readonly undone: readonly string[];
  /** Deployments to production, for the figures of `relctl metrics`. */
  readonly deliveries: readonly Delivery[];
  /** Who began to work on it in production last, from where, and the step at hand; nothing is said of whether that process lives. */
  readonly work?: { readonly who: string; readonly host?: string; readonly since: string; readonly step?: string };
  /** When a deployment was begun last, whatever became of it; RFC 3339. */
  readonly begunAt?: string;
  /** End of hypercare, once it has begun; RFC 3339. */
  readonly hypercareUntil: string | undefined;
  /** The meeting of the board about what is submitted, unless it was not needed any more. */
  readonly meeting?: BoardMeeting & { readonly round: number };
}

/** A plan that could not be read, with why and where. */
export interface UnreadablePlan {
  readonly id: string;
  readonly code: ErrorCode;
  readonly problem: string;
  readonly place?: Place;
}

/** The parts of a plan that a summary is made from. */
export interface SummaryParts {
  readonly id: string;
  readonly metadata: { readonly feature: string; readonly process: string };
  readonly window: Window;
  readonly services: readonly string[];
  readonly events: readonly RecordedEvent[];
}

/** Makes a summary, or says why the plan has no place in a calendar: a zone that nobody knows, a date that is none. */
export function summarise(parts: SummaryParts): ReleaseSummary | UnreadablePlan {
  const { id, metadata, window, services, events } = parts;
  if (!isTimeZone(window.timeZone)) {
    return {
      id,
      code: 'plan.incomplete',
      problem: `spec.window.timeZone: "${window.timeZone}" is not an IANA time zone`,
    };
  }
  let span: ReleaseSummary['span'];
  try {
    span = windowSpan(window);
  } catch (error) {
    const problem = `spec.window is no time: ${error instanceof Error ? error.message : String(error)}`;
    return { id, code: 'plan.incomplete', problem };
  }
  const state = foldState(events);
  return {
    id,
    feature: metadata.feature,
    process: metadata.process,
    phase: state.phase,
    simulated: state.simulated,
    window,
    span,
    windowText: formatWindow(window),
    services,
    events: events.length,
    lastAt: events.at(-1)?.at,
    ...countsOf(events),
    deliveries: deliveriesOf(countedEvents(events)),
    ...workOf(state),
    ...lastBegun(events),
    hypercareUntil: state.hypercare?.until,
    ...boardMeeting(countedEvents(events)),
  };
}

/** Whoever was invited is told that a meeting is off once the board has decided before it; so it is in no calendar any more. */
function boardMeeting(events: readonly RecordedEvent[]): Pick<ReleaseSummary, 'meeting'> {
  const meeting = meetingOf(events);
  if (meeting === undefined) return {};
  const decided = events.findLast((event) => event.type === 'cab.decided' && event.data.round === meeting.round);
  return decided === undefined || meeting.start <= timeOf(decided.at) ? { meeting } : {};
}

/** When production took a release in whole, and when it was taken out or froze. */
export function countsOf(events: readonly RecordedEvent[]): Pick<ReleaseSummary, 'deployed' | 'undone'> {
  const dates = (...types: RecordedEvent['type'][]): readonly string[] =>
    events.filter((event) => types.includes(event.type)).map((event) => event.at);
  return { deployed: dates('deploy.completed'), undone: dates('rollback.completed', 'release.frozen') };
}

function lastBegun(events: readonly RecordedEvent[]): Pick<ReleaseSummary, 'begunAt'> {
  const [begunAt] = events
    .flatMap(({ type, at }) => (type === 'deploy.started' ? [at] : []))
    .sort((a, b) => timeOf(b) - timeOf(a));
  return begunAt === undefined ? {} : { begunAt };
}

function workOf(state: ReleaseState): Pick<ReleaseSummary, 'work'> {
  const { deployment } = state;
  if (deployment === undefined || !standsInProduction(state) || deployment.held || deployment.result === 'frozen')
    return {};
  const { begunBy: who, begunAt: since, run, steps } = deployment;
  const [step] = [...steps].findLast(([, one]) => one.state === 'intended') ?? [];
  return {
    work: { who, since, ...(run === undefined ? {} : { host: run.host }), ...(step === undefined ? {} : { step }) },
  };
}

/** True for a summary, false for a plan that could not be read. */
export function isSummary(entry: ReleaseSummary | UnreadablePlan): entry is ReleaseSummary {
  return !('problem' in entry);
}

/** Order in which releases matter to people: those that go on before those that have ended, and the latest window first. */
export function mattersMore(a: ReleaseSummary, b: ReleaseSummary): number {
  return Number(hasEnded(a)) - Number(hasEnded(b)) || b.span.start - a.span.start || (a.id < b.id ? -1 : 1);
}

function hasEnded({ phase }: ReleaseSummary): boolean {
  return phase === 'closed' || REOPENABLE.includes(phase);
}

/** A release as the clash gate sees it. */
export function asOther(summary: ReleaseSummary): OtherRelease {
  const { id, phase, services, span, windowText } = summary;
  return { id, phase, services, span, window: windowText };
}
