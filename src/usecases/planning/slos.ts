import { RelctlError } from '../../domain/errors.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Context } from '../context.ts';

/** An SLO of the draft, with what was measured to propose it. */
export interface DraftedSlo {
  readonly slo: Slo;
  readonly note: string;
}

/** Objectives that people use, the strictest first; none stricter than the usual one is proposed. */
const OBJECTIVES = [99.9, 99.5, 99, 98, 95, 90] as const;
/** An objective is proposed only if production uses up no more than this part of what it allows. */
const MARGIN = 0.5;
const WEEK_MS = 7 * 86_400_000;

const availability = (service: string): Slo => ({
  name: `${service} availability`,
  service,
  objective: '99.9%',
  good: `http_requests_total{service="${service}",code!~"5.."}`,
  total: `http_requests_total{service="${service}"}`,
});

const latency = (service: string): Slo => ({
  name: `${service} latency`,
  service,
  objective: '99%',
  good: `http_request_duration_seconds_bucket{service="${service}",le="0.5"}`,
  total: `http_request_duration_seconds_count{service="${service}"}`,
});

/**
 * Proposes an availability and a latency SLO for each service, in the names that Prometheus' client libraries and exporters
 * commonly use: 99.9 % without a server error, 99 % within half a second. Where production did not keep that with room to spare over
 * the last week, the objective is one that it kept: an objective that is broken already would fail every canary.
 */
export async function draftSlos(
  context: Pick<Context, 'environments' | 'clock'>,
  services: readonly string[],
): Promise<readonly DraftedSlo[]> {
  const metrics = metricsOf(context);
  const now = context.clock.now();
  const proposals = services.flatMap((service) => [availability(service), latency(service)]);
  return Promise.all(
    proposals.map(async (slo) => {
      if (typeof metrics === 'string') return { slo, note: `to be confirmed: not measured (${metrics})` };
      const [good, total] = await Promise.all(
        [slo.good, slo.total].map((selector) => metrics.increase(selector, [], { from: now - WEEK_MS, to: now })),
      );
      if (good?.ok !== true || total?.ok !== true || total.value.total <= 0) {
        const why = [good, total].flatMap((one) => (one?.ok === false ? [one.noData.detail] : []))[0];
        return { slo, note: `to be confirmed: production has no data for it${why === undefined ? '' : ` (${why})`}` };
      }
      const usual = Number(slo.objective.slice(0, -1));
      const bad = Math.max(0, 1 - good.value.total / total.value.total);
      const objective = OBJECTIVES.find((one) => one <= usual && bad <= (1 - one / 100) * MARGIN) ?? OBJECTIVES.at(-1);

      const kept = `${(100 * (1 - bad)).toFixed(3)} % of ${Math.round(total.value.total)} requests in the last week`;
      return { slo: { ...slo, objective: `${objective}%` }, note: `to be confirmed: production kept it for ${kept}` };
    }),
  );
}

function metricsOf({ environments }: Pick<Context, 'environments'>): Metrics | string {
  try {
    return environments.metrics('production');
  } catch (error) {
    if (error instanceof RelctlError) return error.message;
    throw error;
  }
}
