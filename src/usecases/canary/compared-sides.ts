import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { Run } from '../cluster/run.ts';
import { regionSides, type Sides } from '../slo/sides.ts';

/** Canary pods against stable ones, or the first region against all others. */
export function sidesOf(run: Run): Sides {
  const { config } = run.context;
  const { spec } = run.release.journal.plan;
  return strategyOf(spec).canary === 'region'
    ? regionSides(run.context, [spec.canary.region ?? ''])
    : { canary: [config.metrics.canaryMatcher], control: [config.metrics.controlMatcher] };
}
