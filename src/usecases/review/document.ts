import type { GateFacts } from '../../domain/gates/gate.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { type Milestone, milestonesOf, waitsOf } from '../../domain/review/milestones.ts';
import { dateIn, formatMoment, formatSpan, formatWindow, timeOf } from '../../domain/schedule/calendar.ts';
import { unsignedNotice } from '../../domain/signing/notice.ts';
import type { JudgedMetric } from '../../domain/success/metric.ts';
import { sayOutcome } from '../../domain/success/outcome.ts';
import type { EventData, RecordedEvent } from '../../plan/events.ts';

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
}

/** The review, drafted from the record: what was planned and what happened, what was learned and what is owed. */
export function reviewDocument(
  facts: Pick<GateFacts, 'plan' | 'state' | 'policy' | 'signing'>,
  events: readonly RecordedEvent[],
  { author, held, metrics }: ReviewContent,
): string {
  const { plan, state, policy } = facts;
  const zone = plan.spec.window.timeZone;
  const unsigned = unsignedNotice(facts.signing);
  const milestones = milestonesOf(events, plan.spec.window, policy);
  const created = events.find((event) => event.type === 'plan.created');
  const waits = waitsOf(milestones, created === undefined ? undefined : timeOf(created.at));
  const verdicts = metrics ?? state.success?.data.metrics ?? [];
  return [
    `# Post-release review: ${plan.metadata.feature}`,
    '',
    ...(unsigned === undefined ? [] : [`> ${unsigned}`, '']),
    `Release ${plan.id}, process ${plan.metadata.process}; written by ${author}. ${
      held === undefined
        ? 'This is a draft from the record, for the meeting.'
        : `Attended: Product ${held.attended.product.join(', ')}; R&D ${held.attended.rd.join(', ')}.`
    }`,
    '',
    '## Result',
    '',
    `- Outcome: **${held === undefined ? 'to be decided in the meeting' : sayOutcome(held, verdicts)}**`,
    `- Objectives met: ${objectivesMet(verdicts)}`,
    `- Planned window: ${formatWindow(plan.spec.window)}`,
    `- Impact, as planned: ${plan.spec.impact.summary}`,
    `- Side effects: ${held?.sideEffects?.join('; ') ?? (held === undefined ? 'to be named in the meeting' : 'none was named')}`,
    `- Risk, as planned: ${plan.spec.risk.level}${held?.classification === undefined ? '' : `; in hindsight ${held.classification}`}`,
    '',
    '## Planned and actual',
    '',
    '| Step | Planned | Actual | Difference |',
    '|-|-|-|-|',
    ...milestones.map((milestone) => milestoneRow(milestone, zone)),
    '',
    '## What the release waited for',
    '',
    ...bullets(
      waits.map((wait) => `${wait.gate}: ${formatSpan(wait.length)}`),
      'Nothing was recorded.',
    ),
    '',
    '## Timeline',
    '',
    '| When | What | Who |',
    '|-|-|-|',
    ...events
      .filter((event) => TIMELINE.has(event.type))
      .map((event) => `| ${formatMoment(timeOf(event.at), zone)} | ${event.type}${detailOf(event)} | ${event.actor} |`),
    '',
    '## Canary',
    '',
    state.deployment?.verdict === undefined
      ? 'There was no verdict.'
      : `${state.deployment.verdict.data.verdict}: ${state.deployment.verdict.data.reason}`,
    '',
    '## Success metrics',
    '',
    ...bullets(
      verdicts.map((metric) => `${metric.name}: **${metric.verdict}**, ${metric.detail}`),
      'The plan named none.',
    ),
    '',
    '## Hypercare',
    '',
    ...bullets(hypercareLines(state), 'It was never looked at.'),
    '',
    '## Incidents',
    '',
    ...bullets(
      state.incidents.map(
        (one) =>
          `${one.ref}, severity ${one.severity}, ${one.openedAt} to ${one.closedAt ?? 'now'}${one.note === '' ? '' : `: ${one.note}`} (${one.by})`,
      ),
      'None was linked to the release.',
    ),
    '',
    '## Exceptions',
    '',
    ...bullets(
      state.exceptions.map((one) => `${one.data.gate} for \`${one.data.command}\`: ${one.data.reason} (${one.actor})`),
      'None was taken.',
    ),
    '',
    '## Lessons',
    '',
    ...bullets(
      held?.lessons ?? [],
      'What went well, what went wrong, where were we lucky: to be filled in the meeting.',
    ),
    '',
    '## Technical debt',
    '',
    ...bullets(
      held?.debts.map((debt) => `${debt.text}: ${debt.owner}, due ${debt.due}, ${debt.ticket}`) ?? [],
      held === undefined ? 'Each with owner, due date and ticket: to be filled in the meeting.' : 'None was created.',
    ),
    '',
  ].join('\n');
}

function objectivesMet(metrics: readonly JudgedMetric[]): string {
  if (metrics.length === 0) return 'the plan named none';
  const met = metrics.filter((metric) => metric.verdict === 'met').length;
  return `${met} of ${metrics.length}`;
}

function milestoneRow({ name, planned, plannedDay, actual }: Milestone, zone: string): string {
  const shown = (at: number | undefined) => (at === undefined ? '–' : formatMoment(at, zone));
  const due = plannedDay === undefined ? shown(planned) : `in the course of ${plannedDay}`;
  return `| ${name} | ${due} | ${shown(actual)} | ${difference()} |`;

  function difference(): string {
    if (planned === undefined || actual === undefined) return '–';
    if (plannedDay !== undefined && plannedDay === dateIn(actual, zone)) return 'on the day';
    return `${formatSpan(Math.abs(actual - planned))} ${actual > planned ? 'late' : 'early'}`;
  }
}

function hypercareLines({ hypercare }: ReleaseState): readonly string[] {
  if (hypercare === undefined) return [];
  const last = hypercare.observations.at(-1);
  const unhealthy = hypercare.observations.filter((one) => !one.data.healthy);
  return [
    `${hypercare.observations.length} looks, ${unhealthy.length} of them unhealthy`,
    ...unhealthy.map(
      (one) =>
        `${one.at}: ${
          one.data.slos
            .filter((slo) => !slo.ok)
            .map((slo) => `${slo.name} ${slo.detail}`)
            .join('; ') || one.data.alerts.join('; ')
        }`,
    ),
    ...(last?.data.slos.map((slo) => `in the end ${slo.name}: ${slo.detail}`) ?? []),
    ...(last?.data.gaps.map((gap) => `no data: ${gap}`) ?? []),
    ...hypercare.observations.flatMap((one) =>
      one.data.note === '' ? [] : [`${one.at}, ${one.actor}: ${one.data.note}`],
    ),
    ...hypercare.handOvers.map((one) => `${one.at}: ${one.actor} handed over to ${one.data.to}: ${one.data.note}`),
  ];
}

function detailOf(event: RecordedEvent): string {
  switch (event.type) {
    case 'cab.decided':
      return ` (${event.data.decision}, ${event.data.go} Go of ${event.data.quorum} needed)`;
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

function bullets(items: readonly string[], none: string): readonly string[] {
  return items.length === 0 ? [none] : items.map((item) => `- ${item}`);
}
