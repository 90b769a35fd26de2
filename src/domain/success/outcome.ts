import type { EventData } from '../../plan/events.ts';
import { nameList } from '../people/people.ts';
import type { JudgedMetric } from './metric.ts';

/** How a review says that the release ended. */
export type ReviewOutcome = EventData<'review.closed'>['outcome'];

/** The outcome that the verdicts speak for: what a person is offered first. */
export function outcomeByFacts(metrics: readonly JudgedMetric[]): ReviewOutcome {
  const unmet = metrics.filter(isUnmet);
  if (unmet.length === 0) return 'success';
  const hasFailed = unmet.every((metric) => metric.verdict !== 'inconclusive');
  return hasFailed && unmet.length === metrics.length ? 'failure' : 'partial';
}

/** What of the verdicts speaks against an outcome, as a sentence; `undefined` where nothing does. */
export function contradiction(outcome: ReviewOutcome, metrics: readonly JudgedMetric[]): string | undefined {
  const unmet = metrics.filter(isUnmet);
  if (outcome === 'success' && unmet.length > 0) {
    return `success, although ${nameList(unmet.map(({ name, verdict }) => `${name} ${SAID[verdict]}`))}`;
  }
  return outcome === 'failure' && unmet.length === 0 && metrics.length > 0
    ? 'failure, although every success metric was met'
    : undefined;
}

/** The outcome as people read it, with what speaks against it and why it was chosen all the same. */
export function sayOutcome(
  { outcome, comment }: Pick<EventData<'review.closed'>, 'outcome' | 'comment'>,
  metrics: readonly JudgedMetric[],
): string {
  return [contradiction(outcome, metrics) ?? outcome, ...(comment === undefined ? [] : [comment])].join(': ');
}

function isUnmet({ verdict }: JudgedMetric): boolean {
  return verdict !== 'met';
}

const SAID: Readonly<Record<JudgedMetric['verdict'], string>> = {
  met: 'was met',
  missed: 'was missed',
  'guardrail-broken': 'broke its guardrail',
  inconclusive: 'is inconclusive',
};
