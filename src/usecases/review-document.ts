import { formatMoment, formatSpan, formatWindow, timeOf, windowSpan } from '../domain/calendar.ts';
import type { GateFacts } from '../domain/gates/gate.ts';
import type { EventData, RecordedEvent } from '../plan/events.ts';

/** Events that make the timeline of a release; the others are its details. */
const MILESTONES: ReadonlySet<string> = new Set([
  'plan.created',
  'plan.reopened',
  'cab.submitted',
  'cab.decided',
  'stage.completed',
  'signoff.recorded',
  'deploy.started',
  'canary.judged',
  'canary.promoted',
  'deploy.completed',
  'rollback.completed',
  'release.frozen',
  'verify.recorded',
  'hypercare.closed',
  'success.judged',
]);

/** The review, drafted from the record: what was planned and what happened, what was learned and what is owed. */
export function reviewDocument(
  facts: Pick<GateFacts, 'plan' | 'state'>,
  events: readonly RecordedEvent[],
  held: Omit<EventData<'review.closed'>, 'document'>,
  author: string,
): string {
  const { plan, state } = facts;
  const zone = plan.spec.window.timeZone;
  const milestones = events.filter((event) => MILESTONES.has(event.type));
  const incidents = state.hypercare?.observations.filter((one) => !one.data.healthy) ?? [];
  return [
    `# Post-release review: ${plan.metadata.feature}`,
    '',
    `Release ${plan.id}, process ${plan.metadata.process}; written by ${author}. Attended: Product ${held.attended.product.join(', ')}; R&D ${held.attended.rd.join(', ')}.`,
    '',
    `Result: **${held.outcome}**. Planned window: ${formatWindow(plan.spec.window)}.${deployed(state.deployment, plan)}`,
    '',
    '## Timeline',
    '',
    '| When | What | Who |',
    '|-|-|-|',
    ...milestones.map(
      (event) => `| ${formatMoment(timeOf(event.at), zone)} | ${event.type}${detailOf(event)} | ${event.actor} |`,
    ),
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
      (state.success?.data.metrics ?? []).map((metric) => `${metric.name}: **${metric.verdict}**, ${metric.detail}`),
      'The plan named none.',
    ),
    '',
    '## Hypercare',
    '',
    ...bullets(
      incidents.map(
        (one) =>
          `${one.at}: ${
            one.data.slos
              .filter((slo) => !slo.ok)
              .map((slo) => `${slo.name} ${slo.detail}`)
              .join('; ') || one.data.alerts.join('; ')
          }`,
      ),
      `${state.hypercare?.observations.length ?? 0} looks, none of them unhealthy.`,
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
    ...bullets(held.lessons, ''),
    '',
    '## Technical debt',
    '',
    ...bullets(
      held.debts.map((debt) => `${debt.text}: ${debt.owner}, due ${debt.due}, ${debt.ticket}`),
      'None was created.',
    ),
    '',
  ].join('\n');
}

function deployed(deployment: GateFacts['state']['deployment'], plan: GateFacts['plan']): string {
  if (deployment?.completedAt === undefined) return '';
  const { start } = windowSpan(plan.spec.window);
  const began = timeOf(deployment.started.at);
  const took = timeOf(deployment.completedAt) - began;
  return ` The deployment began ${formatSpan(Math.abs(began - start))} ${began >= start ? 'after' : 'before'} the window opened and took ${formatSpan(took)}.`;
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
    default:
      return '';
  }
}

function bullets(items: readonly string[], none: string): readonly string[] {
  return items.length === 0 ? [none] : items.map((item) => `- ${item}`);
}
