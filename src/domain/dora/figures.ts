import type { Delivery } from './deliveries.ts';

/**
 * The four figures of software delivery, as DORA defines them (dora.dev, "DORA's software delivery performance metrics"):
 *
 * - deployment frequency: deployments to production in a period;
 * - change lead time: from the commit to production, here from the candidate commit to the completed deployment;
 * - change fail rate: the share of deployments that needed remediation, here a rollback, an abort, a freeze, or a review that
 *   calls the release a failure;
 * - failed deployment recovery time: from the beginning of the remediation until production was what it had been.
 *
 * Times are medians, as DORA's surveys ask for the typical case and a single bad month must not hide in a mean.
 */
export interface DoraFigures {
  readonly deployments: number;
  readonly perWeek: number;
  /** Milliseconds; `undefined` where there is nothing to take the median of. */
  readonly leadTime: number | undefined;
  /** 0 to 1; `undefined` without deployments. */
  readonly failRate: number | undefined;
  readonly failed: number;
  readonly recoveryTime: number | undefined;
}

/** A delivery with the time of its commit, where that is known. */
export interface TimedDelivery extends Delivery {
  readonly committedAt: number | undefined;
}

/**
 * The figures of some deliveries.
 * @param days length of the period that they are from
 */
export function doraFigures(deliveries: readonly TimedDelivery[], days: number): DoraFigures {
  const failures = deliveries.flatMap((one) => (one.failure === undefined ? [] : [one.failure]));
  return {
    deployments: deliveries.length,
    perWeek: days > 0 ? (deliveries.length / days) * 7 : 0,
    leadTime: median(deliveries.flatMap(leadTimeOf)),
    failRate: deliveries.length === 0 ? undefined : failures.length / deliveries.length,
    failed: failures.length,
    recoveryTime: median(
      failures.flatMap((one) => (one.restoredAt === undefined ? [] : [Math.max(0, one.restoredAt - one.from)])),
    ),
  };
}

/** Only a change that reached production in whole has a lead time; one that was aborted in the canary never arrived. */
function leadTimeOf(delivery: TimedDelivery): readonly number[] {
  const began = delivery.committedAt ?? delivery.plannedAt;
  const arrived =
    delivery.failure === undefined || delivery.at < delivery.failure.from || delivery.failure.how === 'review';
  return began === undefined || !arrived || began > delivery.at ? [] : [delivery.at - began];
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined || sorted.length % 2 === 1) return middle;
  return ((sorted[sorted.length / 2 - 1] ?? middle) + middle) / 2;
}

/** Deliveries by calendar month (`2026-12`), oldest first. */
export function byMonth(
  deliveries: readonly TimedDelivery[],
  monthOf: (at: number) => string,
): readonly (readonly [month: string, deliveries: readonly TimedDelivery[]])[] {
  const months = new Map<string, TimedDelivery[]>();
  for (const delivery of deliveries) {
    const month = monthOf(delivery.at);
    const known = months.get(month);
    if (known === undefined) months.set(month, [delivery]);
    else known.push(delivery);
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Days of a month such as `2026-12`. */
export function daysInMonth(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}
