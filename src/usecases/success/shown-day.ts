import type { Check } from '../../domain/outcome/outcome.ts';
import { type ObservedDay, reaches, type SuccessMetric } from '../../domain/success/metric.ts';

/** An observed day as a line. One on the wrong side of the target is well until the review: only a guardrail is judged day by day. */
export function shownDay(day: ObservedDay, metric: SuccessMetric): Check {
  const states = { ok: 'ok', 'guardrail-broken': 'failed', 'no-data': 'warning' } as const;
  const isShort = day.state === 'ok' && day.value !== null && !reaches(metric, day.value, metric.target);
  const detail = isShort ? `${day.detail}; short of the target, which is judged at the review` : day.detail;
  return { state: states[day.state], text: day.day, detail };
}
