import { RelctlError } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Slo } from '../../../plan/spec.ts';
import type { Metrics } from '../../../ports/metrics.ts';
import { formatCount, formatPercent } from '../../../text/figures.ts';
import type { Context } from '../../release/context.ts';
import { readSloCounts } from '../../slo/counts.ts';
import { earlierSlos, type SettledSlo } from './slo-sources.ts';

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
 * The SLOs of the services that ship: those that the repository's files declare, else those of the latest release of the service,
 * else a proposal. Each is held against what production did in the last week, so that a draft says what it would mean.
 * @param declared the SLOs that files declare at the candidate
 * @param earlier the latest other release of these services
 */
export async function draftSlos(
  context: Pick<Context, 'environments' | 'clock'>,
  declared: readonly SettledSlo[],
  services: readonly string[],
  earlier: ReleasePlan | undefined,
): Promise<readonly DraftedSlo[]> {
  const before = earlierSlos(earlier);
  const metrics = metricsOf(context);
  const now = context.clock.now();
  const drafted = await Promise.all(
    services.map(async (service) => {
      const settled = [declared, before]
        .map((source) => source.filter(({ slo }) => slo.service === service))
        .find((source) => source.length > 0);
      if (settled === undefined) {
        return Promise.all([availability(service), latency(service)].map((slo) => propose(metrics, slo, now)));
      }
      return Promise.all(
        settled.map(async ({ slo, from }) => ({
          slo,
          note: `from ${from}; ${describe(await measure(metrics, slo, now))}`,
        })),
      );
    }),
  );
  return drafted.flat();
}

/**
 * A proposal in the names that Prometheus' client libraries and exporters commonly use: 99.9 % without a server error, 99 %
 * within half a second. Where production did not keep that with room to spare, the objective is one that it kept: an
 * objective that is broken already would fail every canary.
 */
async function propose(metrics: Metrics | string, slo: Slo, now: number): Promise<DraftedSlo> {
  const measured = await measure(metrics, slo, now);
  const note = `to be confirmed: ${describe(measured)}`;
  if (typeof measured === 'string') return { slo, note };
  const usual = Number(slo.objective.slice(0, -1));
  const objective =
    OBJECTIVES.find((one) => one <= usual && measured.bad <= (1 - one / 100) * MARGIN) ?? OBJECTIVES.at(-1);
  return { slo: { ...slo, objective: `${objective}%` }, note };
}

interface Measured {
  /** Share of bad events, 0 to 1, and the number of all. */
  readonly bad: number;
  readonly total: number;
}

/** What production did in the last week, or why that is not known. */
async function measure(metrics: Metrics | string, slo: Slo, now: number): Promise<Measured | string> {
  if (typeof metrics === 'string') return metrics;
  const counted = await readSloCounts(metrics, slo, [], { from: now - WEEK_MS, to: now });
  if (!counted.ok) return counted.noData.detail;
  const { bad, total } = counted.value.counts;
  return total <= 0 ? 'production had no such event in the last week' : { bad: Math.max(0, bad / total), total };
}

function describe(measured: Measured | string): string {
  return typeof measured === 'string'
    ? `not measured (${measured})`
    : `production: ${formatPercent(1 - measured.bad)} of ${formatCount(measured.total)} events in the last week were good`;
}

function metricsOf({ environments }: Pick<Context, 'environments'>): Metrics | string {
  try {
    return environments.metrics('production');
  } catch (error) {
    if (error instanceof RelctlError) return error.message;
    throw error;
  }
}
