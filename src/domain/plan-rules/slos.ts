import { readSelector, type Selector, writeMatcher } from '../../plan/promql/selector.ts';
import type { Slo } from '../../plan/spec.ts';
import { error, type PlanFinding, type PlanRule, warning } from './finding.ts';

/** SLOs that can be measured: selectors that can match, and that count good events among all of them. */
export const sloRules: PlanRule = ({ plan: { spec } }) =>
  spec.slos.flatMap((slo, index) => rulesOf(slo, ['spec', 'slos', index]));

function rulesOf(slo: Slo, path: PlanFinding['path']): readonly PlanFinding[] {
  const [good, total] = [countable(slo.good), countable(slo.total)];
  const unreadable = (['good', 'total'] as const).flatMap((key) => {
    const selector = key === 'good' ? good : total;
    return typeof selector === 'string'
      ? [error('slos.selector', [...path, key], `${slo.name}: ${key} cannot match: ${selector}`, EXAMPLE)]
      : [];
  });
  if (typeof good === 'string' || typeof total === 'string') return unreadable;
  const le = good.matchers.find((one) => one.label === 'le');
  const isBucket = good.metric.endsWith('_bucket');
  const counts = isBucket ? good.metric.replace(/_bucket$/, '_count') : good.metric;
  return [
    ...(slo.objective === '100%'
      ? [
          error(
            'slos.perfect',
            [...path, 'objective'],
            `${slo.name}: one bad event breaks an objective of 100%, and every canary with it`,
            'set an objective below 100%',
          ),
        ]
      : []),
    ...(slo.good === slo.total
      ? [error('slos.never-bad', [...path, 'good'], `${slo.name}: all events are good, so nothing is judged`, EXAMPLE)]
      : []),
    ...(isBucket && (le === undefined || !Number.isFinite(Number(le.value)))
      ? [
          error(
            'slos.threshold',
            [...path, 'good'],
            `${slo.name}: a bucket needs its threshold, such as le="0.5"`,
            'add le="0.5" with an edge that the histogram has',
          ),
        ]
      : []),
    ...(total.metric !== counts && total.metric !== good.metric
      ? [
          warning(
            'slos.other-metric',
            [...path, 'total'],
            `${slo.name}: ${good.metric} is counted against ${total.metric}`,
            `use ${counts}, unless both count the same events`,
          ),
        ]
      : []),
    ...total.matchers
      .filter((one) => !good.matchers.some((other) => writeMatcher(other) === writeMatcher(one)))
      .map((one) =>
        warning(
          'slos.wider-good',
          [...path, 'good'],
          `${slo.name}: good events are not restricted to ${writeMatcher(one)}, as all events are`,
          `add ${writeMatcher(one)} to good`,
        ),
      ),
    ...[good, total].flatMap((selector, index) =>
      selector.matchers
        .filter(({ label, operator, value }) => label === 'service' && operator === '=' && value !== slo.service)
        .map(({ value }) =>
          warning(
            'slos.other-service',
            [...path, index === 0 ? 'good' : 'total'],
            `${slo.name} judges ${slo.service}, but its events are those of ${value}`,
            `write service="${slo.service}"`,
          ),
        ),
    ),
  ];
}

const EXAMPLE = 'such as http_requests_total{service="web",code!~"5.."} of http_requests_total{service="web"}';

/** A selector in its parts, or why it can match nothing. */
function countable(text: string): Selector | string {
  const selector = readSelector(text);
  if (typeof selector === 'string') return selector;
  const { matchers } = selector;
  const clash = matchers.find(
    (one) =>
      one.operator === '=' &&
      matchers.some((other) => other.label === one.label && other.operator === '=' && other.value !== one.value),
  );
  return clash === undefined ? selector : `${clash.label} cannot have two values`;
}
