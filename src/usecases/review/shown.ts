import type { Check } from '../../domain/outcome/outcome.ts';
import type { JudgedMetric } from '../../domain/success/metric.ts';

/** A verdict on a metric, as a line. */
export function shownMetric(metric: JudgedMetric): Check {
  const state = metric.verdict === 'met' ? 'ok' : metric.verdict === 'inconclusive' ? 'warning' : 'failed';
  return { state, text: metric.name, detail: `${metric.verdict}: ${metric.detail}` };
}
