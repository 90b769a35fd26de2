import type { Look, SloReading } from '../../domain/judge/look.ts';
import { countsByReplica, countsOf } from '../../domain/judge/replicas.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Increase, Metrics, Reading, Span } from '../../ports/metrics.ts';
import type { Run } from './run.ts';

/** Reads all SLOs from the start of the bake up to a moment: canary and control over the same time. */
export async function readLook(run: Run, slos: readonly Slo[], began: number, at: number): Promise<Look> {
  const metrics = run.context.environments.metrics('production');
  const sides = matchersOf(run);
  const span = { from: began, to: at };
  const readings = await Promise.all(
    slos.map(async (slo) => [slo.name, await readSlo(metrics, slo, sides, span)] as const),
  );
  return { elapsedSeconds: (at - began) / 1000, slos: Object.fromEntries(readings) };
}

/** Label matchers that tell the canary's series from the control's. */
interface Sides {
  readonly canary: readonly string[];
  readonly control: readonly string[];
}

function matchersOf(run: Run): Sides {
  const { config } = run.context;
  const { canary } = run.release.journal.plan.spec;
  if (canary.strategy !== 'region') {
    return { canary: [config.metrics.canaryMatcher], control: [config.metrics.controlMatcher] };
  }
  const region = config.environments.production.regions.find((one) => one.name === canary.region);
  const matcher = region?.matcher ?? `region="${canary.region}"`;
  return { canary: [matcher], control: [negated(matcher)] };
}

/** The matcher of all other regions. */
function negated(matcher: string): string {
  return matcher.includes('=~') ? matcher.replace('=~', '!~') : matcher.replace('=', '!=');
}

async function readSlo(metrics: Metrics, slo: Slo, sides: Sides, span: Span): Promise<SloReading> {
  const [canaryGood, canaryTotal, controlGood, controlTotal] = await Promise.all([
    metrics.increase(slo.good, sides.canary, span),
    metrics.increase(slo.total, sides.canary, span),
    metrics.increase(slo.good, sides.control, span),
    metrics.increase(slo.total, sides.control, span),
  ]);
  // No good event at all is a count of zero only where requests were counted: an outage of the candidate must not read as no data.
  const good = emptyIsZero(canaryGood, canaryTotal);
  const controlGoodOrZero = emptyIsZero(controlGood, controlTotal);
  if (!canaryTotal.ok) return { ok: false, detail: `canary: ${canaryTotal.noData.detail}` };
  if (!good.ok) return { ok: false, detail: `canary: ${good.noData.detail}` };
  if (!controlTotal.ok) return { ok: false, detail: `control: ${controlTotal.noData.detail}` };
  if (!controlGoodOrZero.ok) return { ok: false, detail: `control: ${controlGoodOrZero.noData.detail}` };
  const controlReplicas = countsByReplica(controlGoodOrZero.value.series, controlTotal.value.series);
  const canaryReplicas = countsByReplica(good.value.series, canaryTotal.value.series);
  return {
    ok: true,
    canary: countsOf(good.value.total, canaryTotal.value.total),
    control: countsOf(controlGoodOrZero.value.total, controlTotal.value.total),
    ...(controlReplicas === undefined ? {} : { controlReplicas }),
    ...(canaryReplicas === undefined ? {} : { canaryReplicas: Math.max(1, Object.keys(canaryReplicas).length) }),
  };
}

function emptyIsZero(good: Reading<Increase>, total: Reading<Increase>): Reading<Increase> {
  const isZero = !good.ok && good.noData.reason === 'empty' && total.ok && total.value.total > 0;
  return isZero ? { ok: true, value: { total: 0, series: new Map() } } : good;
}
