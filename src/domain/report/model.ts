import { countedEvents } from '../../plan/counted.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { formatSpan } from '../../text/figures.ts';
import { type AuditFinding, auditHistory } from '../history/audit.ts';
import { foldState } from '../history/fold.ts';
import type { ReleaseState } from '../history/state.ts';
import { REOPENABLE } from '../process/phases.ts';
import {
  addCalendarDays,
  dateIn,
  formatMoment,
  reviewDate,
  startOfDate,
  timeOf,
  windowSpan,
} from '../schedule/calendar.ts';
import { sayOutcome } from '../success/outcome.ts';
import type { CanaryStory } from './canary-story.ts';
import { type StepBar, stepBars } from './step-bars.ts';

/** Everything that a report tells of a release; free of any medium. */
export interface ReportModel {
  readonly plan: ReleasePlan;
  readonly state: ReleaseState;
  readonly timeline: readonly Milestone[];
  readonly approvals: readonly Approval[];
  readonly canary: CanaryStory | undefined;
  readonly burn: readonly BurnPoint[];
  readonly steps: readonly StepBar[];
  readonly findings: readonly AuditFinding[];
  /** True where nothing proves that the release has come to this phase. */
  readonly claimed?: boolean;
  /** True where people sign; whom messages reached, nobody does. */
  readonly signs?: boolean;
  /** Milliseconds since the epoch, when the report was made. */
  readonly madeAt: number;
}

/** A step of the process: when it was due, when it came, and what came of it. */
export interface Milestone {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly planned: number | undefined;
  /** The end of what is still on time, where the plan names a span and not a moment. */
  readonly plannedUntil?: number | undefined;
  readonly actual: number | undefined;
  readonly who: string;
  readonly detail: string;
  readonly tone: 'good' | 'bad' | 'open';
}

/** Somebody's yes or no, with what it was about. */
export interface Approval {
  readonly role: string;
  readonly who: string;
  readonly decision: string;
  readonly at: string;
  readonly digest: string;
  readonly comment: string;
  readonly signed: boolean;
}

/** How much of an error budget was burnt by one look at the hypercare time. */
export interface BurnPoint {
  readonly slo: string;
  readonly at: number;
  /** Bad share over allowed share, since the release; 1 is the whole budget. */
  readonly burn: number;
}

/** Builds the report. `canary` is the story of the latest attempt, when there is one. */
export function buildReport(
  plan: ReleasePlan,
  policy: Policy,
  canary: CanaryStory | undefined,
  madeAt: number,
  signed?: ReadonlySet<string>,
): ReportModel {
  const state = foldState(plan.events);
  const events = countedEvents(plan.events);
  return {
    plan,
    state,
    timeline: timelineOf({ ...plan, events }, policy, state),
    approvals: events.flatMap((event) => approvalOf(event, signed ?? new Set())),
    canary,
    burn: burnOf(state),
    steps: stepBars(events, state.deployment?.attempt),
    findings: auditHistory(plan, policy, signed && ((event) => signed.has(event.hash))),
    madeAt,
  };
}

/** The phase as every form of a report calls it. */
export function phaseWord({ state, claimed }: Pick<ReportModel, 'state' | 'claimed'>): string {
  return claimed === true ? `${state.phase}, claimed` : state.phase;
}

function timelineOf(plan: ReleasePlan, policy: Policy, state: ReleaseState): readonly Milestone[] {
  const { window } = plan.spec;
  const { start, end } = windowSpan(window);
  const daysBefore = (days: number) => addCalendarDays(start, -days, window.timeZone);
  // What an earlier candidate reached says nothing of this one.
  const current = plan.events.slice(plan.events.findLastIndex((event) => event.type === 'plan.reopened') + 1);
  const last = (...types: RecordedEvent['type'][]) => current.findLast((event) => types.includes(event.type));
  const reviewDay = reviewDate(window, policy.leadDays.review);
  const milestone = (
    name: string,
    planned: number | undefined,
    event: RecordedEvent | undefined,
    detail = '',
    good = true,
  ): Milestone => ({
    name,
    planned,
    actual: event === undefined ? undefined : timeOf(event.at),
    who: event?.actor ?? '',
    detail,
    tone: event === undefined ? 'open' : good ? 'good' : 'bad',
  });
  const { deployment, cab } = state;
  const ended = last('rollback.completed', 'release.frozen');
  // A deployment that was begun after it is told instead.
  const undone = ended !== undefined && ended.seq > (deployment?.started.seq ?? 0) ? ended : undefined;
  const milestones: readonly Milestone[] = [
    milestone('Submitted to the CAB', daysBefore(policy.leadDays.cab), last('cab.submitted')),
    milestone(
      'Decided by the CAB',
      undefined,
      cab?.decision,
      cab?.decision === undefined ? '' : `${cab.decision.data.go} Go, ${cab.decision.data.noGo} No-Go`,
      cab?.decision?.data.decision === 'go',
    ),
    milestone('In staging', daysBefore(policy.leadDays.staging), last('stage.completed')),
    milestone('QA signed off', undefined, state.signoffs.qa, '', state.signoffs.qa?.data.decision === 'pass'),
    milestone('Operations signed off', undefined, state.signoffs.ops, '', state.signoffs.ops?.data.decision === 'pass'),
    { ...milestone('Deployment began', start, deployment?.started), plannedUntil: end },
    milestone(
      'Canary judged',
      undefined,
      deployment?.verdict,
      deployment?.verdict?.data.verdict ?? '',
      deployment?.verdict?.data.verdict === 'pass',
    ),
    ...(undone === undefined
      ? [milestone('Rolled out', undefined, last('deploy.completed'))]
      : [
          milestone(
            undone.type === 'release.frozen' ? 'Frozen' : 'Rolled back',
            undefined,
            undone,
            deployment?.rollbackReason ?? '',
            false,
          ),
        ]),
    ...(undone === undefined
      ? [
          milestone('Verified', undefined, state.verification, '', state.verification?.data.ok === true),
          milestone(
            'Hypercare signed off',
            state.hypercare === undefined ? undefined : timeOf(state.hypercare.until),
            state.hypercare?.closed,
          ),
          {
            ...milestone(
              'Reviewed',
              startOfDate(reviewDay, window.timeZone),
              state.review,
              state.review === undefined ? '' : sayOutcome(state.review.data, state.success?.data.metrics ?? []),
            ),
            plannedUntil: addCalendarDays(startOfDate(reviewDay, window.timeZone), 1, window.timeZone) - 1,
          },
        ]
      : []),
  ];
  // What ended waits for nothing more.
  return REOPENABLE.includes(state.phase) ? milestones.filter(({ actual }) => actual !== undefined) : milestones;
}

/** How far a milestone was from its plan, for people; empty where one of the two is open. */
export function lateness({ planned, plannedUntil = planned, actual }: Milestone): string {
  if (planned === undefined || plannedUntil === undefined || actual === undefined) return '';
  const off = actual < planned ? actual - planned : Math.max(0, actual - plannedUntil);
  if (Math.abs(off) < 60_000) return 'on time';
  return `${formatSpan(Math.abs(off))} ${off > 0 ? 'after' : 'before'}`;
}

/** When a milestone came or is due, for people; one that is planned for a day has no time of it. */
export function whenText({ planned, plannedUntil, actual }: Milestone, zone: string): string {
  const at = actual ?? planned;
  if (at === undefined) return '';
  const isDay = actual === undefined && plannedUntil === addCalendarDays(at, 1, zone) - 1;
  return isDay ? dateIn(at, zone) : formatMoment(at, zone);
}

const SIGNED_ACTS = new Set(['cab.voted', 'signoff.recorded', 'hypercare.closed', 'condition.closed']);

function approvalOf(event: RecordedEvent, signed: ReadonlySet<string>): readonly Approval[] {
  if (!SIGNED_ACTS.has(event.type)) return [];
  const data = event.data as Readonly<Record<string, unknown>>;
  const text = (key: string) => (typeof data[key] === 'string' ? (data[key] as string) : '');
  const roles: Readonly<Record<string, string>> = {
    'cab.voted': 'CAB',
    'hypercare.closed': 'Hypercare',
    'condition.closed': 'Condition',
  };
  return [
    {
      role: roles[event.type] ?? (data.role === 'qa' ? 'QA' : 'Operations'),
      who: event.actor,
      decision: text('decision') || 'signed off',
      at: event.at,
      digest: text('specDigest'),
      comment: text('comment') || text('evidence'),
      signed: signed.has(event.hash),
    },
  ];
}

function burnOf(state: ReleaseState): readonly BurnPoint[] {
  return (state.hypercare?.observations ?? []).flatMap((observation) =>
    observation.data.slos.flatMap((slo) => {
      const { burn } = slo as { burn?: unknown };
      return typeof burn === 'number' ? [{ slo: slo.name, at: timeOf(observation.data.to), burn }] : [];
    }),
  );
}
