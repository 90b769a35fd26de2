import type { SuccessMetric } from '../../domain/success/metric.ts';
import type { SuccessSource } from '../../ports/success-source.ts';
import { faultOn } from './faults.ts';
import { keyOf, uniform } from './random.ts';
import { none } from './selectors.ts';
import type { WorldState } from './world-state.ts';

/** Success metrics (KRs) of the simulated company: they move from their baseline past their target after a release. */

/** How long after the last rollout in production a success metric has moved the whole way. */
const DAYS_TO_MOVE = 1;
/** How far it goes, as a multiple of the way from baseline to target. */
const OVERSHOOT = 1.15;

/** The value of the success metric that a query names, at a time; `undefined` when the query names none. */
export function successMetricAt(state: WorldState, query: string, at: number): number | undefined {
  const taught = state.lessons.krs.find((kr) => kr.query.trim() === query.trim());
  const name = taught?.name ?? /^\s*sandbox_kr_([a-zA-Z0-9_]+)\s*$/.exec(query)?.[1];
  if (name === undefined) return undefined;
  const key = keyOf(state.seed, `kr ${name}`);
  const baseline = taught?.baseline ?? Math.round(10 + 90 * uniform(key));
  const target = taught?.target ?? baseline * 1.1;
  const released = (state.deploys.production ?? []).filter((each) => each <= at).at(-1);
  const days = released === undefined ? 0 : (at - released) / 86_400_000;
  const missed = faultOn(state, 'success-missed');
  const moved = missed ? 0 : OVERSHOOT * Math.min(1, days / DAYS_TO_MOVE);
  const wobble = (uniform(keyOf(key, String(Math.floor(at / 3_600_000)))) - 0.5) * 0.05;
  return baseline + (target - baseline) * (moved + wobble);
}

/**
 * The databases, services and files of the simulated company: each source of a plan answers with the metric that it is taught
 * for, on any day, as its Prometheus does.
 */
export function createSandboxSuccess(read: () => WorldState): SuccessSource {
  return {
    async read(source, day) {
      const state = read();
      if (day.to > state.now) return none('empty', 'the day is not over');
      const value = successMetricAt(state, sourceKey(source), day.to);
      return value === undefined
        ? none('empty', `the sandbox does not know the ${source.kind} source of this metric`)
        : { ok: true, value };
    },
  };
}

/** What a source is known by, as a query is by its text. */
export function sourceKey(source: Exclude<NonNullable<SuccessMetric['source']>, { kind: 'hand' }>): string {
  switch (source.kind) {
    case 'prometheus':
      return source.query;
    case 'sql':
      return `sql ${source.connectionFrom} ${source.query}`;
    case 'http':
      return `http ${source.url} ${source.pointer}`;
    case 'csv':
      return `csv ${source.file} ${source.column}`;
  }
}
