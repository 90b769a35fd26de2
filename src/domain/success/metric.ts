import type { EventData } from '../../plan/events.ts';
import type { Spec } from '../../plan/spec.ts';

/** A success metric of the plan. */
export type SuccessMetric = Spec['successMetrics'][number];
/** What was judged of it. */
export type JudgedMetric = EventData<'success.judged'>['metrics'][number];

/**
 * Judges one success metric by its value: the guardrail first (users are hurt whatever the target says), then the target.
 * @param value `undefined` when there is none, with the reason in `why`
 */
export function judgeMetric(metric: SuccessMetric, value: number | undefined, why = ''): JudgedMetric {
  const { name, direction, target, guardrail, baseline } = metric;
  if (value === undefined || !Number.isFinite(value)) {
    return { name, value: null, verdict: 'inconclusive', detail: why === '' ? 'there is no value' : why };
  }
  const reaches = (bound: number) => (direction === 'up' ? value >= bound : value <= bound);
  const compared = `${value} against a target of ${direction === 'up' ? 'at least' : 'at most'} ${target}${baseline === undefined ? '' : `, from ${baseline}`}`;
  if (guardrail !== undefined && !reaches(guardrail)) {
    return { name, value, verdict: 'guardrail-broken', detail: `${compared}; the guardrail is ${guardrail}` };
  }
  return { name, value, verdict: reaches(target) ? 'met' : 'missed', detail: compared };
}
