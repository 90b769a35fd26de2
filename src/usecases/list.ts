import { formatWindow, windowSpan } from '../domain/calendar.ts';
import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import { foldState } from '../domain/state.ts';
import type { Context } from './context.ts';

interface Row {
  readonly id: string;
  readonly feature: string;
  readonly phase: string;
  readonly start: number;
  readonly window: string;
  readonly services: readonly string[];
}

/** All releases with their phase and window, the next window first; plans that cannot be read are named with why. */
export async function list(
  context: Pick<Context, 'store'>,
  filter: { readonly phases: readonly string[] },
): Promise<Outcome> {
  const rows: Row[] = [];
  const unreadable: { id: string; problem: string }[] = [];
  for (const id of await context.store.list()) {
    try {
      const { metadata, spec, events } = await context.store.load(id);
      const { start } = windowSpan(spec.window);
      rows.push({
        id,
        feature: metadata.feature,
        phase: foldState(events).phase,
        start,
        window: formatWindow(spec.window),
        services: spec.services.map((service) => service.name),
      });
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      unreadable.push({ id, problem: error.message });
    }
  }
  const shown = rows
    .filter((row) => filter.phases.length === 0 || filter.phases.includes(row.phase))
    .sort((a, b) => b.start - a.start || a.id.localeCompare(b.id));
  return {
    result: 'done',
    headline: `${shown.length} ${shown.length === 1 ? 'release' : 'releases'}`,
    blocks: [
      {
        kind: 'table',
        columns: ['release', 'phase', 'window', 'services', 'feature'],
        rows: shown.map((row) => [row.id, row.phase, row.window, row.services.join(', '), row.feature]),
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
    data: {
      releases: shown.map(({ start, ...row }) => ({ ...row, start: new Date(start).toISOString() })),
      unreadable,
    },
  };
}
