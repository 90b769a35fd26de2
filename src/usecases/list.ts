import type { Outcome } from '../domain/outcome.ts';
import { isSummary, type ReleaseSummary } from '../domain/release-summary.ts';
import type { Context } from './context.ts';

/** Which releases are listed; all when nothing is named. */
export interface ListFilter {
  readonly phases: readonly string[];
  readonly services?: readonly string[];
}

/** All releases with their phase and window, the next window first; plans that cannot be read are named with why. */
export async function list(context: Pick<Context, 'store'>, filter: ListFilter): Promise<Outcome> {
  const summaries = await context.store.summaries();
  const unreadable = summaries.flatMap((entry) => (isSummary(entry) ? [] : [entry]));
  const shown = summaries
    .filter(isSummary)
    .filter((one) => matches(one, filter))
    .sort((a, b) => b.span.start - a.span.start || (a.id < b.id ? -1 : 1));
  return {
    result: 'done',
    headline: `${shown.length} ${shown.length === 1 ? 'release' : 'releases'}`,
    blocks: [
      {
        kind: 'table',
        columns: ['release', 'phase', 'window', 'services', 'feature'],
        rows: shown.map((one) => [one.id, one.phase, one.windowText, one.services.join(', '), one.feature]),
      },
      ...(unreadable.length === 0
        ? []
        : [
            {
              kind: 'checks' as const,
              checks: unreadable.map((one) => ({ state: 'failed' as const, text: one.id, detail: one.problem })),
            },
          ]),
    ],
    data: { releases: shown.map(rowOf), unreadable },
  };
}

function matches(one: ReleaseSummary, { phases, services = [] }: ListFilter): boolean {
  const inPhase = phases.length === 0 || phases.includes(one.phase);
  return inPhase && (services.length === 0 || one.services.some((service) => services.includes(service)));
}

/** One release as `--json` documents it. */
function rowOf({ id, feature, phase, windowText, services, span }: ReleaseSummary): Readonly<Record<string, unknown>> {
  return { id, feature, phase, window: windowText, services, start: new Date(span.start).toISOString() };
}
