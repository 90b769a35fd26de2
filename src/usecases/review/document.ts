import { bullets, type Document, type DocumentBlock, type Prose, part, text } from '../../domain/document/model.ts';
import type { GateFacts } from '../../domain/gates/gate.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { type Milestone, milestonesOf, waitsOf } from '../../domain/review/milestones.ts';
import { dateIn, formatMoment, formatWindow, timeOf } from '../../domain/schedule/calendar.ts';
import { unsignedNotice } from '../../domain/signing/notice.ts';
import type { JudgedMetric } from '../../domain/success/metric.ts';
import { sayOutcome } from '../../domain/success/outcome.ts';
import type { EventData, RecordedEvent } from '../../plan/events.ts';
import { formatSpan } from '../../text/figures.ts';
import { plural } from '../../text/plural.ts';

/** Events that make the timeline of a release; the others are its details. */
const TIMELINE: ReadonlySet<string> = new Set([
  'plan.created',
  'plan.reopened',
  'cab.submitted',
  'cab.decided',
  'stage.completed',
  'stage.failed',
  'signoff.recorded',
  'deploy.started',
  'deploy.resumed',
  'canary.judged',
  'canary.promoted',
  'deploy.completed',
  'deploy.aborted',
  'rollback.completed',
  'release.frozen',
  'verify.recorded',
  'hypercare.extended',
  'hypercare.handed-over',
  'hypercare.closed',
  'incident.opened',
  'incident.closed',
  'success.judged',
]);

/** What is written beside the record: what the meeting came to, or, before it, the metrics as they stand. */
export interface ReviewContent {
  readonly author: string;
  /** Missing in a draft. */
  readonly held?: Omit<EventData<'review.closed'>, 'document'>;
  /** Verdicts that are not recorded yet. */
  readonly metrics?: readonly JudgedMetric[];
  /** Whether an event is the word of whoever wrote it, where people sign. */
  readonly isClaimed: (event: RecordedEvent) => boolean;
}

/** The review, drafted from the record: what was planned and what happened, what was learned and what is owed. */
export function reviewDocument(
  facts: Pick<GateFacts, 'plan' | 'state' | 'policy' | 'signing'>,
  events: readonly RecordedEvent[],
  { author, held, metrics, isClaimed }: ReviewContent,
): Document {
  const { plan, state, policy } = facts;
  const zone = plan.spec.window.timeZone;
  const unsigned = unsignedNotice(facts.signing);
  const claimed = (event: RecordedEvent): string => (isClaimed(event) ? ' (claimed, and not signed)' : '');
  const milestones = milestonesOf(events, plan.spec.window, policy);
  const created = events.find((event) => event.type === 'plan.created');
  const waits = waitsOf(milestones, created === undefined ? undefined : timeOf(created.at));
  const verdicts = metrics ?? state.success?.data.metrics ?? [];
  return {
    title: `Post-release review: ${plan.metadata.feature}`,
    notices: unsigned === undefined ? [] : [unsigned],
    blocks: [
      text(
        `Release ${plan.id}, process ${plan.metadata.process}; written by ${author}. ${
          held === undefined
            ? 'This is a draft from the record, for the meeting.'
            : `Attended: Product ${held.attended.product.join(', ')}; R&D ${held.attended.rd.join(', ')}.`
        }`,
      ),
      ...part('Result', { kind: 'facts', facts: resultFacts(plan, verdicts, held) }),
      ...part('Planned and actual', {
        kind: 'table',
        columns: ['Step', 'Planned', 'Actual', 'Difference'],
        rows: milestones.map((milestone) => milestoneRow(milestone, zone)),
      }),
      ...part(
        'What the release waited for',
        bullets(
          waits.map((wait) => `${wait.gate}: ${formatSpan(wait.length)}`),
          'Nothing was recorded.',
        ),
      ),
      ...part('Timeline', {
        kind: 'table',
        columns: ['When', 'What', 'Who'],
        rows: events
          .filter((event) => TIMELINE.has(event.type))
          .map((event) => [
            formatMoment(timeOf(event.at), zone),
            `${event.type}${detailOf(event)}${claimed(event)}`,
            event.actor,
          ]),
      }),
      ...part(
        'Canary',
        text(
          state.deployment?.verdict === undefined
            ? 'There was no verdict.'
            : `${state.deployment.verdict.data.verdict}: ${state.deployment.verdict.data.reason}${claimed(state.deployment.verdict)}`,
        ),
      ),
      ...part(
        'Success metrics',
        bullets(
          verdicts.map((metric) => [`${metric.name}: `, { strong: metric.verdict }, `, ${metric.detail}`]),
          'The plan named none.',
        ),
      ),
      ...part('Hypercare', bullets(hypercareLines(state, claimed), 'Nobody looked at it.')),
      ...part(
        'Incidents',
        bullets(
          state.incidents.map(
            (one) =>
              `${one.ref}, severity ${one.severity}, ${one.openedAt} to ${one.closedAt ?? 'now'}${one.note === '' ? '' : `: ${one.note}`} (${one.by})`,
          ),
          'None was linked to the release.',
        ),
      ),
      ...part(
        'Exceptions',
        bullets(
          state.exceptions.map((one) => [
            `${one.data.gate} for `,
            { code: one.data.command },
            `: ${one.data.reason} (${one.actor})`,
          ]),
          'None was taken.',
        ),
      ),
      ...meeting(held),
    ],
  };
}

/** What the meeting came to, or what it has to fill in. */
function meeting(held: ReviewContent['held']): readonly DocumentBlock[] {
  const debts = held?.debts.map((debt) => `${debt.text}: ${debt.owner}, due ${debt.due}, ${debt.ticket}`) ?? [];
  return [
    ...part(
      'Lessons',
      bullets(
        held?.lessons ?? [],
        'To be filled in at the meeting: what went well, what went wrong, where were we lucky?',
      ),
    ),
    ...part(
      'Technical debt',
      bullets(
        debts,
        held === undefined
          ? 'To be filled in at the meeting, each with owner, due date and ticket.'
          : 'None was created.',
      ),
    ),
  ];
}

function resultFacts(
  plan: GateFacts['plan'],
  verdicts: readonly JudgedMetric[],
  held: ReviewContent['held'],
): readonly (readonly [string, Prose])[] {
  const { impact, risk, window } = plan.spec;
  return [
    ['Outcome', [{ strong: held === undefined ? 'to be decided in the meeting' : sayOutcome(held, verdicts) }]],
    ['Objectives met', objectivesMet(verdicts)],
    ['Planned window', formatWindow(window)],
    ['Impact, as planned', impact.summary],
    [
      'Side effects',
      held?.sideEffects?.join('; ') ?? (held === undefined ? 'to be named in the meeting' : 'none was named'),
    ],
    [
      'Risk, as planned',
      `${risk.level}${held?.classification === undefined ? '' : `; in hindsight ${held.classification}`}`,
    ],
  ];
}

function objectivesMet(metrics: readonly JudgedMetric[]): string {
  if (metrics.length === 0) return 'the plan named none';
  const met = metrics.filter((metric) => metric.verdict === 'met').length;
  return `${met} of ${metrics.length}`;
}

function milestoneRow({ name, planned, plannedDay, actual }: Milestone, zone: string): readonly string[] {
  const shown = (at: number | undefined) => (at === undefined ? '–' : formatMoment(at, zone));
  const due = plannedDay === undefined ? shown(planned) : `on ${plannedDay}`;
  return [name, due, shown(actual), difference()];

  function difference(): string {
    if (planned === undefined || actual === undefined) return '–';
    if (plannedDay !== undefined && plannedDay === dateIn(actual, zone)) return 'on the day';
    const span = formatSpan(Math.abs(actual - planned));
    return span === '0 s' ? 'on time' : `${span} ${actual > planned ? 'late' : 'early'}`;
  }
}

function hypercareLines({ hypercare }: ReleaseState, claimed: (event: RecordedEvent) => string): readonly string[] {
  if (hypercare === undefined) return [];
  const last = hypercare.observations.at(-1);
  const unhealthy = hypercare.observations.filter((one) => !one.data.healthy);
  return [
    `${plural(hypercare.observations.length, 'look')}, ${unhealthy.length} unhealthy`,
    ...unhealthy.map(
      (one) =>
        `${one.at}: ${
          one.data.slos
            .filter((slo) => !slo.ok)
            .map((slo) => `${slo.name} ${slo.detail}`)
            .join('; ') || one.data.alerts.join('; ')
        }`,
    ),
    ...(last?.data.slos.map((slo) => `at the end, ${slo.name}: ${slo.detail}`) ?? []),
    ...(last?.data.gaps.map((gap) => `no data: ${gap}`) ?? []),
    ...hypercare.observations.flatMap((one) =>
      one.data.note === '' ? [] : [`${one.at}, ${one.actor}: ${one.data.note}`],
    ),
    ...hypercare.handOvers.map(
      (one) => `${one.at}: ${one.actor} handed over to ${one.data.to}${claimed(one)}: ${one.data.note}`,
    ),
  ];
}

function detailOf(event: RecordedEvent): string {
  switch (event.type) {
    case 'cab.decided':
      return ` (${event.data.decision}, ${event.data.go} Go, ${event.data.quorum} needed)`;
    case 'signoff.recorded':
      return ` (${event.data.role}, ${event.data.decision})`;
    case 'canary.judged':
      return ` (${event.data.verdict})`;
    case 'verify.recorded':
      return event.data.ok ? ' (all green)' : ' (a smoke test failed)';
    case 'incident.opened':
      return ` (${event.data.ref}, severity ${event.data.severity})`;
    case 'incident.closed':
      return ` (${event.data.ref})`;
    case 'hypercare.extended':
    case 'deploy.aborted':
    case 'release.frozen':
      return ` (${event.data.reason})`;
    default:
      return '';
  }
}
